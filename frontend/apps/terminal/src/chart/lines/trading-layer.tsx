import {
  createEffect,
  createSignal,
  on,
  onCleanup,
  onMount,
  Show,
  Suspense,
  untrack,
} from "solid-js";
import { useApp } from "../../app-store.ts";
import { price as formatPrice } from "../../format.ts";
import { createLatch } from "../../latch.ts";
import { texts } from "../../texts/texts.ts";
import { whenIdle } from "../../when-idle.ts";
import type { ChartStore } from "../chart-store.ts";
import type { PriceChart } from "../price-chart.ts";
import type { PriceScale } from "../price-scale.ts";
import { listenForMenu } from "./chart-gestures.ts";
import { CrosshairButton } from "./crosshair-button.ts";
import "./lines.css";
import { loadPart, part } from "../../part.ts";
import { ExtraPrices } from "./extra-prices.ts";
import type { TradingLinesOptions } from "./trading-lines.ts";

const ChartMenu = part(() => import("./chart-menu.tsx"));

interface OpenMenu {
  price: number;
  x: number;
  y: number;
}

/** What is traded from a chart: the lines of its symbol, the `+` at the crosshair and the menu. */
export function TradingLayer(props: { chart: PriceChart; store: ChartStore }) {
  const app = useApp();
  const { chart } = props;
  const extra = new ExtraPrices(chart);
  const [menu, setMenu] = createSignal<OpenMenu | null>(null);
  let root!: HTMLDivElement;
  let scale: PriceScale | null = null;

  /** Whether the chart has the prices of its symbol, and not still those of the previous one. */
  const isReady = () => untrack(() => chart.isShowing(props.store.symbol()));
  const openMenu = (menu: OpenMenu) => {
    if (!isReady()) return;
    app.charts.activate(props.store);
    setMenu(menu);
  };
  const last = () => chart.engine.getDataList().at(-1)?.close;
  const place = ({ price }: OpenMenu) => ({
    symbol: props.store.symbol(),
    price,
    decimals: chart.decimals,
    last: last() ?? price,
  });

  onCleanup(() => extra.remove());
  onMount(() => {
    addLinesOnDemand({ chart, root, extra, app, store: props.store });
    const button = new CrosshairButton(chart, root, {
      isReady,
      format: (price) => formatPrice(price, chart.decimals),
      onPress: (price, element) => {
        const { left, bottom } = element.getBoundingClientRect();
        openMenu({ price, x: left, y: bottom });
      },
    });
    onCleanup(() => button.remove());
    createEffect(
      on(
        () => props.store.symbol(),
        () => {
          button.clear();
          extra.clear();
          setMenu(null);
        },
        { defer: true },
      ),
    );
    onCleanup(
      chart.onDraw((drawn) => {
        if (drawn.axisWidth !== scale?.axisWidth) {
          root.parentElement?.style.setProperty("--axis-width", `${drawn.axisWidth}px`);
        }
        if (drawn.height !== scale?.height) {
          root.parentElement?.style.setProperty("--price-pane-height", `${drawn.height}px`);
        }
        scale = drawn;
      }),
    );
    const section = root.parentElement;
    if (section === null) return;
    const stop = listenForMenu(section, {
      isCanvas: (target) => target.closest(".canvas, .price-line") !== null,
      onPointer: ({ x, y }) => {
        const height = y - root.getBoundingClientRect().top;
        if (scale === null || height > scale.height) return;
        openMenu({ price: chart.snap(scale.toPrice(height)), x, y });
      },
      onKey: () => {
        const line = Number(document.activeElement?.ariaValueNow ?? Number.NaN);
        const price = Number.isFinite(line) ? line : (button.price ?? last());
        if (price === undefined || scale === null) return;
        const { left, top, width } = root.getBoundingClientRect();
        openMenu({ price, x: left + width / 2, y: top + scale.toPixel(price) });
      },
    });
    onCleanup(stop);
    // The chart may have drawn before, and draws again only when something changes.
    chart.redraw();
  });
  return (
    <>
      <div class="price-lines" ref={root} />
      <Show when={extra.isExtended}>
        <button type="button" class="edge-lines" onClick={() => extra.fitCandles()}>
          {texts.chart.fit}
        </button>
      </Show>
      <Show when={menu()} keyed>
        {(open) => (
          <Suspense>
            <ChartMenu place={place(open)} x={open.x} y={open.y} onClose={() => setMenu(null)} />
          </Suspense>
        )}
      </Show>
    </>
  );
}

/** Show the lines of a chart, which are loaded once there is one. */
function addLinesOnDemand(options: TradingLinesOptions): void {
  const { account, alerts } = options.app;
  const symbol = () => options.store.symbol();
  const isNeeded = createLatch(
    () =>
      account.position(symbol()) !== undefined ||
      account.liveOrders.some((order) => order.symbol === symbol()) ||
      alerts.waitingFor(symbol()).length > 0,
  );
  const [layer, setLayer] = createSignal<typeof import("./trading-lines.ts") | null>(null);
  const load = () => loadPart(() => import("./trading-lines.ts"));
  // An outage must not keep the lines from a trader.
  void whenIdle().then(load);
  createEffect(() => {
    if (isNeeded()) void load().then(setLayer);
  });
  createEffect(() => {
    const loaded = layer();
    if (loaded !== null) untrack(() => new loaded.TradingLines(options));
  });
}
