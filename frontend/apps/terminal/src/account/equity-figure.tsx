import { createMemo, createSignal, For, onCleanup, onMount, Show } from "solid-js";
import * as format from "../format.ts";
import { account as texts } from "../texts/account.ts";
import { moneyScale, nearestPoint, timeScale } from "./curve-scale.ts";
import { DAY_MS, type EquityPoint } from "./equity-series.ts";

const AXIS_PX = 84;
const FOOT_PX = 20;
const TICK_X_PX = 90;
const TICK_Y_PX = 34;
/** The part of the height that the drawdown takes. */
const DRAWDOWN_SHARE = 0.24;
const GAP_PX = 10;

/**
 * The curve of the equity, and its drawdown under it. The pointer or the arrow keys choose a value,
 * which is read out.
 */
export function EquityFigure(props: { points: readonly EquityPoint[] }) {
  let element!: HTMLDivElement;
  const [size, setSize] = createSignal({ width: 0, height: 0 });
  /** The time of the chosen value; null is the newest one. */
  const [chosen, setChosen] = createSignal<number | null>(null);
  onMount(() => {
    const observer = new ResizeObserver(([entry]) => {
      if (entry) setSize({ width: entry.contentRect.width, height: entry.contentRect.height });
    });
    observer.observe(element);
    onCleanup(() => observer.disconnect());
  });
  const last = () => props.points.length - 1;
  const index = () => {
    const time = chosen();
    return time === null ? last() : nearestPoint(props.points, time);
  };
  const point = () => props.points[index()] ?? EMPTY;
  const layout = createMemo(() => layoutOf(props.points, size()));
  const valueText = () =>
    texts.curveValue(
      format.dateAndTime(point().time, false),
      format.money(point().equity),
      format.ratio(point().drawdownPercent),
    );
  const move = (to: number) => {
    const found = props.points[Math.min(Math.max(to, 0), last())];
    setChosen(found === undefined || found === props.points.at(-1) ? null : found.time);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const steps = {
      ArrowLeft: -1,
      ArrowRight: 1,
      PageUp: -10,
      PageDown: 10,
      ArrowDown: -1,
      ArrowUp: 1,
    };
    const step = steps[event.key as keyof typeof steps];
    if (step !== undefined) move(index() + step);
    else if (event.key === "Home") move(0);
    else if (event.key === "End") move(last());
    else return;
    event.preventDefault();
  };
  const onPointer = (event: PointerEvent) => {
    const x = event.clientX - element.getBoundingClientRect().left;
    setChosen(layout().timeAt(x));
  };
  return (
    <>
      <p class="curve-value" aria-hidden="true" data-testid="curve-value">
        {valueText()}
      </p>
      <div
        class="curve"
        ref={element}
        role="slider"
        tabIndex={0}
        aria-label={texts.curve}
        aria-orientation="horizontal"
        aria-valuemin={0}
        aria-valuemax={Math.max(last(), 0)}
        aria-valuenow={index()}
        aria-valuetext={valueText()}
        onKeyDown={onKeyDown}
        onPointerMove={onPointer}
        onPointerDown={onPointer}
        onPointerLeave={() => setChosen(null)}
        onBlur={() => setChosen(null)}
      >
        <Show when={size().width > 0}>
          <svg width={size().width} height={size().height} aria-hidden="true">
            <For each={layout().moneyTicks}>
              {({ y, text }) => (
                <>
                  <line class="grid" x1="0" x2={layout().right} y1={y} y2={y} />
                  <text x={layout().right + 6} y={y + 4}>
                    {text}
                  </text>
                </>
              )}
            </For>
            <For each={layout().timeTicks}>
              {({ x, text }) => (
                <text x={x} y={size().height - 5} text-anchor="middle">
                  {text}
                </text>
              )}
            </For>
            <path class="area" d={layout().area} />
            <path class="line" d={layout().line} />
            <path class="drawdown" d={layout().drawdown} />
            <text x={layout().right + 6} y={layout().bottom - 2}>
              {layout().largest}
            </text>
            <line
              class="crosshair"
              x1={layout().x(point().time)}
              x2={layout().x(point().time)}
              y1="0"
              y2={layout().bottom}
            />
            <circle cx={layout().x(point().time)} cy={layout().y(point().equity)} r="3.5" />
          </svg>
        </Show>
      </div>
    </>
  );
}

const EMPTY: EquityPoint = { time: 0, equity: 0, deposits: 0, drawdown: 0, drawdownPercent: 0 };

function layoutOf(
  points: readonly EquityPoint[],
  { width, height }: { width: number; height: number },
) {
  const right = Math.max(width - AXIS_PX, 1);
  const bottom = Math.max(height - FOOT_PX, 1);
  const curveBottom = bottom * (1 - DRAWDOWN_SHARE);
  const drawdownTop = curveBottom + GAP_PX;
  const first = points[0] ?? EMPTY;
  const last = points.at(-1) ?? EMPTY;
  let [low, high, largest] = [first.equity, first.equity, 0];
  for (const { equity, drawdownPercent } of points) {
    low = Math.min(low, equity);
    high = Math.max(high, equity);
    largest = Math.max(largest, drawdownPercent);
  }
  const money = moneyScale(low, high, curveBottom, 0, Math.floor(curveBottom / TICK_Y_PX));
  const time = timeScale(first.time, last.time, 0, right, Math.floor(right / TICK_X_PX));
  const isIntraday = last.time - first.time < 3 * DAY_MS;
  const depth = (percent: number) =>
    drawdownTop + (largest > 0 ? percent / largest : 0) * (bottom - drawdownTop);
  const corners = points.map(
    (each) => `${round(time.at(each.time))},${round(money.at(each.equity))}`,
  );
  const lows = points.map(
    (each) => `${round(time.at(each.time))},${round(depth(each.drawdownPercent))}`,
  );
  const line = corners.length === 0 ? "" : `M${corners.join("L")}`;
  const [from, to] = [round(time.at(first.time)), round(time.at(last.time))];
  return {
    right,
    bottom,
    line,
    area: line && `${line}L${to},${curveBottom}L${from},${curveBottom}Z`,
    drawdown:
      lows.length === 0 ? "" : `M${from},${drawdownTop}L${lows.join("L")}L${to},${drawdownTop}Z`,
    largest: format.ratio(-largest),
    moneyTicks: money.ticks.map((tick) => ({ y: money.at(tick), text: format.money(tick) })),
    timeTicks: time.ticks
      .map((tick) => ({ x: time.at(tick), text: tickText(tick, isIntraday) }))
      .filter(({ x }) => x > 24 && x < right - 16),
    x: time.at,
    y: money.at,
    timeAt: (x: number) => first.time + (x / right) * (last.time - first.time),
  };
}

const round = (pixels: number): number => Math.round(pixels * 10) / 10;

function tickText(time: number, isIntraday: boolean): string {
  if (isIntraday && time % DAY_MS !== 0) return format.timeOfDay(time, false);
  const at = new Date(time);
  if (at.getUTCMonth() === 0 && at.getUTCDate() === 1) return format.year(time);
  return format.dayAndMonth(time);
}
