import { expect, test } from "vitest";
import {
  type Drawing,
  type DrawingKind,
  KINDS,
  newDrawing,
  POINT_COUNT,
} from "../src/chart/drawings/drawing.ts";
import {
  attracted,
  distanceTo,
  drawingAt,
  FIBONACCI,
  handlesOf,
  movedBy,
  type Projection,
  shapeOf,
  withPoint,
} from "../src/chart/drawings/geometry.ts";
import { TimeScale } from "../src/chart/drawings/time-scale.ts";
import { SessionClock } from "../src/chart/session-clock.ts";
import { randomNumbers } from "./support/random-bars.ts";

const MINUTE_MS = 60_000;
const DAY_MS = 86_400_000;
const at = (text: string): number => Date.parse(`${text}Z`);
const CLOCK = new SessionClock({ session: "0930-1600", timezone: "America/New_York" });

/** Return the times of bars of a session that begins at 14:30 UTC. */
function session(date: string, periodMinutes: number): { timestamp: number }[] {
  return Array.from({ length: 390 / periodMinutes }, (_, index) => ({
    timestamp: at(`${date}T14:30`) + index * periodMinutes * MINUTE_MS,
  }));
}

function scaleOf(minutes: number, bars: { timestamp: number }[]): TimeScale {
  const scale = new TimeScale(minutes * MINUTE_MS, CLOCK);
  scale.bars = bars;
  return scale;
}

test("each bar has its own time, and so have bars before and after them", () => {
  const scale = scaleOf(1, [...session("2026-01-05", 1), ...session("2026-01-06", 1)]);
  for (let index = -200; index < 1_500; index += 1)
    expect(scale.indexOf(scale.timeAt(index))).toBe(index);
});

test("a time of a short bar is in the longer bar, and stays there after a change back", () => {
  const minutes = scaleOf(1, [...session("2026-01-05", 1), ...session("2026-01-06", 1)]);
  const quarters = scaleOf(15, [...session("2026-01-05", 15), ...session("2026-01-06", 15)]);
  for (const index of [0, 14, 15, 389, 390, 500])
    expect(quarters.indexOf(minutes.timeAt(index))).toBe(Math.floor(index / 15));
  const day = scaleOf(1_440, [
    { timestamp: at("2026-01-05T00:00") },
    { timestamp: at("2026-01-06T00:00") },
  ]);
  expect(day.indexOf(minutes.timeAt(389))).toBe(0);
  expect(day.indexOf(minutes.timeAt(390))).toBe(1);
  // The day begins with the first bar of its session.
  expect(minutes.indexOf(at("2026-01-06T00:00"))).toBe(390);
});

test("a place in the future is where its bar comes later, also in the next session", () => {
  const all = [...session("2026-01-05", 5), ...session("2026-01-06", 5)];
  const before = scaleOf(5, all.slice(0, 70));
  const later = scaleOf(5, all);
  for (const index of [70, 77, 78, 79, 100]) {
    const time = before.timeAt(index);
    expect(time).toBe(all[index]?.timestamp);
    expect(later.indexOf(time)).toBe(index);
  }
});

test("older bars do not move a place that is loaded", () => {
  const [older, newer] = [session("2026-01-05", 1), session("2026-01-06", 1)];
  const scale = scaleOf(1, newer);
  const time = scale.timeAt(50);
  expect(scale.indexOf(older[100]?.timestamp ?? 0)).toBeLessThan(0);
  scale.bars = [...older, ...newer];
  expect(scale.indexOf(time)).toBe(440);
  expect(scale.indexOf(older[100]?.timestamp ?? 0)).toBe(100);
});

test("a chart without bars has no places", () => {
  const scale = scaleOf(1, []);
  expect(scale.indexOf(0)).toBeNaN();
  expect(scale.timeAt(0)).toBeNaN();
});

/** A pane of 1000 by 500 pixels with bars of 10 pixels and one price per pixel from the bottom. */
const PANE: Projection = {
  width: 1_000,
  height: 500,
  indexOf: (time) => time / MINUTE_MS,
  timeAt: (index) => index * MINUTE_MS,
  xOf: (index) => index * 10,
  yOf: (price) => 500 - price,
  indexAt: (x) => Math.round(x / 10),
  priceAt: (y) => 500 - y,
  formatPrice: String,
  describe: (from, to, bars) => `${to.price - from.price} in ${bars}`,
};

const drawing = (kind: DrawingKind, ...points: [bar: number, price: number][]): Drawing =>
  newDrawing(
    kind,
    points.map(([bar, price]) => ({ time: bar * MINUTE_MS, price })),
    "1",
  );

test("a trend line ends at its points, and a ray leaves the pane", () => {
  const [trend, ray] = (["trend", "ray"] as const).map((kind) =>
    shapeOf(drawing(kind, [10, 100], [20, 200]), PANE),
  );
  if (trend === undefined || ray === undefined) throw new Error("no shapes");
  expect(trend.segments).toEqual([{ from: { x: 100, y: 400 }, to: { x: 200, y: 300 } }]);
  expect(distanceTo(trend, { x: 400, y: 100 })).toBeGreaterThan(200);
  expect(distanceTo(ray, { x: 400, y: 100 })).toBeLessThan(1e-6);
  expect(distanceTo(ray, { x: 0, y: 500 })).toBeGreaterThan(100);
});

test("the second line of a channel is parallel, through its third point", () => {
  const { segments } = shapeOf(drawing("channel", [10, 100], [20, 200], [15, 250]), PANE);
  expect(segments[1]).toEqual({ from: { x: 100, y: 300 }, to: { x: 200, y: 200 } });
});

test("the levels of a retracement are between its points", () => {
  const { segments, labels } = shapeOf(drawing("fibonacci", [10, 100], [20, 200]), PANE);
  expect(segments.slice(1).map(({ from }) => 500 - from.y)).toEqual(
    FIBONACCI.map((level) => expect.closeTo(200 - 100 * level, 9)),
  );
  expect(labels[4]?.text).toBe("0.618 (138.2)");
});

test("a measure describes the move, and lines cross the whole pane", () => {
  const { labels } = shapeOf(drawing("measure", [10, 100], [25, 130]), PANE);
  expect(labels[0]?.text).toBe("30 in 15");
  expect(distanceTo(shapeOf(drawing("horizontal", [10, 100]), PANE), { x: 999, y: 400 })).toBe(0);
  expect(distanceTo(shapeOf(drawing("vertical", [10, 100]), PANE), { x: 100, y: 0 })).toBe(0);
});

const example = (kind: DrawingKind, random: () => number): Drawing =>
  drawing(
    kind,
    ...Array.from({ length: POINT_COUNT[kind] }, (): [number, number] => [
      Math.floor(random() * 100),
      Math.floor(random() * 500),
    ]),
  );

test.each(KINDS)(
  "%s: its points have handles, it is found at its lines, and moves as a whole",
  (kind) => {
    const random = randomNumbers(7);
    for (let round = 0; round < 50; round += 1) {
      const before = { ...example(kind, random), text: "Text" };
      const handles = handlesOf(before, PANE);
      expect(handles.length).toBe(POINT_COUNT[kind]);
      const shape = shapeOf(before, PANE);
      const on = shape.segments[0]?.from ?? shape.labels[0] ?? { x: 0, y: 0 };
      expect(drawingAt([before], on, PANE, 6)).toBe(before);
      const after = movedBy(before, 3, -20, PANE);
      expect(after.points).toEqual(
        before.points.map(({ time, price }) => ({ time: time + 3 * MINUTE_MS, price: price - 20 })),
      );
      expect(movedBy(after, -3, 20, PANE)).toEqual(before);
      const moved = withPoint(before, 0, { time: 0, price: 7 });
      expect(moved.points[0]).toEqual({ time: 0, price: 7 });
      expect(moved.points.slice(1)).toEqual(before.points.slice(1));
    }
  },
);

test("the newest of several drawings at a place is found, and none that is far", () => {
  const [first, second] = [drawing("horizontal", [1, 100]), drawing("horizontal", [1, 100])];
  expect(drawingAt([first, second], { x: 5, y: 402 }, PANE, 6)).toBe(second);
  expect(drawingAt([first, second], { x: 5, y: 410 }, PANE, 6)).toBeNull();
});

test("a strong magnet always attracts, and a weak one only near prices", () => {
  const bar = { open: 100, high: 130, low: 90, close: 120 };
  expect(attracted(300, bar, "off", PANE.yOf)).toBe(300);
  expect(attracted(300, bar, "strong", PANE.yOf)).toBe(130);
  expect(attracted(300, bar, "weak", PANE.yOf)).toBe(300);
  expect(attracted(93, bar, "weak", PANE.yOf)).toBe(90);
  expect(attracted(93, undefined, "strong", PANE.yOf)).toBe(93);
});

test("a move up keeps the exact time of a point inside of a longer bar", () => {
  const scale = scaleOf(
    1_440,
    [0, 1, 2].map((day) => ({ timestamp: day * DAY_MS })),
  );
  const projection = {
    ...PANE,
    indexOf: (t: number) => scale.indexOf(t),
    timeAt: (i: number) => scale.timeAt(i),
  };
  const before = newDrawing("horizontal", [{ time: DAY_MS + 5 * MINUTE_MS, price: 1 }], "1");
  expect(movedBy(before, 0, 1, projection).points[0]?.time).toBe(DAY_MS + 5 * MINUTE_MS);
  expect(movedBy(before, 1, 0, projection).points[0]?.time).toBe(2 * DAY_MS);
});
