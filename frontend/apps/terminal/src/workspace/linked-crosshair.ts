import { type Crosshair, registerIndicator } from "klinecharts";
import { indexOfTime } from "../chart/index-of-time.ts";
import type { PriceChart } from "../chart/price-chart.ts";

/** No pane has this id, so that the line of the time is drawn in all panes, and none of a price. */
const PANE = "linked";
const NAME = "linked-crosshair";
/** What the engine takes as no crosshair, although its types have none. */
const NO_CROSSHAIR = null as unknown as Crosshair;

// The engine reports a crosshair that ends only to what draws the values under it.
registerIndicator<unknown, unknown, LinkedCrosshair>({
  name: NAME,
  series: "price",
  figures: [],
  calc: () => [],
  createTooltipDataSource: ({ crosshair, indicator }) => {
    members.get(indicator.id)?.point(crosshair);
    return { name: "", calcParamsText: "", features: [], legends: [] };
  },
});
const members = new Map<string, LinkedCrosshair>();

/** Shows the crosshair of each chart at the same time on all others, while there are some. */
class LinkedCrosshair {
  readonly #chart: PriceChart;
  readonly #id: string;
  /** The time under the chart's own crosshair; null without one. */
  #time: number | null = null;
  /** The time that another chart shows. */
  #shown: number | null = null;

  constructor(chart: PriceChart) {
    this.#chart = chart;
    this.#id = `${NAME} ${chart.engine.id}`;
    members.set(this.#id, this);
    chart.engine.createIndicator({ name: NAME, id: this.#id, paneId: "candle_pane" }, true);
    chart.engine.subscribeAction("onVisibleRangeChange", this.#onRangeChange);
  }

  remove(): void {
    this.#publish(null);
    members.delete(this.#id);
    this.#chart.engine.unsubscribeAction("onVisibleRangeChange", this.#onRangeChange);
    this.show(null);
    this.#chart.engine.removeIndicator({ id: this.#id });
  }

  /** Take the crosshair of the chart, which a drawing of it has. */
  point({ paneId, timestamp }: Crosshair): void {
    const isOwn = paneId !== undefined && paneId !== PANE;
    if (isOwn) this.#shown = null;
    const time = isOwn ? (timestamp ?? null) : null;
    if (time !== this.#time) this.#publish(time);
  }

  #publish(time: number | null): void {
    this.#time = time;
    const others = [...members.values()].filter((each) => each !== this);
    // The pointer may have entered another chart before this one reports that it left.
    if (time === null && others.some((other) => other.#time !== null)) return;
    // A chart must not be changed while another one draws.
    queueMicrotask(() => {
      for (const other of others) if (members.has(other.#id)) other.show(time);
    });
  }

  /** Show the line of a time, unless the chart has its own crosshair; null hides it. */
  show(time: number | null): void {
    if (this.#time !== null || (time === null && this.#shown === null)) return;
    this.#shown = time;
    const x = time === null ? null : this.#pixelOf(time);
    this.#chart.engine.executeAction(
      "onCrosshairChange",
      x === null ? NO_CROSSHAIR : { x, paneId: PANE },
    );
  }

  /** Return the place of the bar that has a time, or null if it is not on the screen. */
  #pixelOf(time: number): number | null {
    const { engine } = this.#chart;
    const bars = engine.getDataList();
    const index = indexOfTime(bars, time);
    const [previous, bar] = [bars[index - 1], bars[index]];
    if (bar === undefined) return null;
    // After the newest bar there is only its own time.
    const isAfter = index === bars.length - 1 && previous !== undefined;
    if (isAfter && time >= 2 * bar.timestamp - previous.timestamp) return null;
    const place = engine.convertToPixel({ dataIndex: index }, { paneId: "candle_pane" });
    const x = Array.isArray(place) ? undefined : place.x;
    const width = engine.getSize("candle_pane", "main")?.width ?? 0;
    return x === undefined || x < 0 || x > width ? null : x;
  }

  readonly #onRangeChange = () => {
    if (this.#shown !== null) this.show(this.#shown);
  };
}

/** Link the crosshair of a chart with those of the others. Return how to stop that. */
export function linkCrosshair(chart: PriceChart): () => void {
  const linked = new LinkedCrosshair(chart);
  return () => linked.remove();
}
