import type { Drawing, DrawingPoint } from "./drawing.ts";

export interface Place {
  x: number;
  y: number;
}
export interface Segment {
  from: Place;
  to: Place;
  isDashed?: boolean;
}
export interface Label extends Place {
  text: string;
  align: "left" | "center" | "right";
  /** Whether it has a filled box behind it. */
  isBoxed: boolean;
}

/** What is drawn of a drawing, in pixels of its pane. */
export interface Shape {
  segments: Segment[];
  areas: Place[][];
  labels: Label[];
}

/** The scales of a pane, and the texts of labels. */
export interface Projection {
  width: number;
  height: number;
  /** Return the index of the bar of a time in ms UTC. */
  indexOf(time: number): number;
  timeAt(index: number): number;
  xOf(index: number): number;
  yOf(price: number): number;
  indexAt(x: number): number;
  priceAt(y: number): number;
  formatPrice(price: number): string;
  /** Describe the move from one point to another. */
  describe(from: DrawingPoint, to: DrawingPoint, bars: number): string;
}

export const FIBONACCI = [0, 0.236, 0.382, 0.5, 0.618, 0.786, 1] as const;
export const LABEL_PX = 18;
const LEVEL_LABEL_PX = 100;
/** The width of a letter, to find the label under a pointer. */
const LETTER_PX = 6.5;

export function placeOf({ time, price }: DrawingPoint, projection: Projection): Place {
  return { x: projection.xOf(projection.indexOf(time)), y: projection.yOf(price) };
}

/** Return what is drawn of a drawing. */
export function shapeOf(drawing: Drawing, projection: Projection): Shape {
  const places = drawing.points.map((point) => placeOf(point, projection));
  const [a, b, c] = places as [Place, Place, Place];
  const { width, height } = projection;
  switch (drawing.kind) {
    case "trend":
      return linesOf({ from: a, to: b });
    case "ray":
      return linesOf({ from: a, to: extended(a, b, projection) });
    case "horizontal":
      return horizontalOf(drawing, a.y, projection);
    case "vertical":
      return linesOf({ from: { x: a.x, y: 0 }, to: { x: a.x, y: height } });
    case "channel":
      return channelOf(a, b, c);
    case "fibonacci":
      return fibonacciOf(a, b, drawing, projection);
    case "rectangle":
      return rectangleOf(a, b);
    case "measure":
      return measureOf(a, b, drawing, projection);
    case "text": {
      const text = drawing.text || "…";
      const align = a.x > width * 0.7 ? "right" : "left";
      return { ...linesOf(), labels: [{ ...a, text, align, isBoxed: false }] };
    }
  }
}

const linesOf = (...segments: Segment[]): Shape => ({ segments, areas: [], labels: [] });

function horizontalOf({ points }: Drawing, y: number, { width, formatPrice }: Projection): Shape {
  const text = formatPrice(points[0]?.price ?? 0);
  return {
    ...linesOf({ from: { x: 0, y }, to: { x: width, y } }),
    labels: [{ x: width - 4, y: y - LABEL_PX / 2, text, align: "right", isBoxed: false }],
  };
}

function channelOf(a: Place, b: Place, c: Place): Shape {
  const offset = c.y - lineAt(a, b, c.x);
  const [d, e] = [moved(a, 0, offset), moved(b, 0, offset)];
  return {
    segments: [
      { from: a, to: b },
      { from: d, to: e },
      { from: moved(a, 0, offset / 2), to: moved(b, 0, offset / 2), isDashed: true },
    ],
    areas: [[a, b, e, d]],
    labels: [],
  };
}

function measureOf(a: Place, b: Place, { points }: Drawing, projection: Projection): Shape {
  const [from, to] = points as [DrawingPoint, DrawingPoint];
  const bars = projection.indexOf(to.time) - projection.indexOf(from.time);
  const text = projection.describe(from, to, bars);
  const y = b.y + (b.y > a.y ? LABEL_PX : -LABEL_PX);
  const label = { x: (a.x + b.x) / 2, y, text, align: "center", isBoxed: true } as const;
  return { ...rectangleOf(a, b), labels: [label] };
}

function rectangleOf(a: Place, b: Place): Shape {
  const corners = [a, { x: b.x, y: a.y }, b, { x: a.x, y: b.y }];
  return { segments: closed(corners), areas: [corners], labels: [] };
}

function closed(corners: readonly Place[]): Segment[] {
  return corners.map((from, index) => ({
    from,
    to: corners[(index + 1) % corners.length] as Place,
  }));
}

function fibonacciOf(
  a: Place,
  b: Place,
  { points }: Drawing,
  { yOf, formatPrice }: Projection,
): Shape {
  const [from, to] = points as [DrawingPoint, DrawingPoint];
  const [left, right] = [Math.min(a.x, b.x), Math.max(a.x, b.x)];
  const levels = FIBONACCI.map((level) => {
    const price = to.price + (from.price - to.price) * level;
    return { level, price, y: yOf(price) };
  });
  // Without room before the lines, their labels are over them.
  const hasRoom = left > LEVEL_LABEL_PX;
  return {
    segments: [
      { from: a, to: b, isDashed: true },
      ...levels.map(({ y }) => ({ from: { x: left, y }, to: { x: right, y } })),
    ],
    areas: [],
    labels: levels.map(({ level, price, y }) => ({
      x: hasRoom ? left - 4 : left + 4,
      y: hasRoom ? y : y - LABEL_PX / 2,
      text: `${level} (${formatPrice(price)})`,
      align: hasRoom ? "right" : "left",
      isBoxed: false,
    })),
  };
}

/** Return where the line from `a` through `b` leaves the pane. */
function extended(a: Place, b: Place, { width, height }: Projection): Place {
  const [dx, dy] = [b.x - a.x, b.y - a.y];
  if (dx === 0 && dy === 0) return b;
  const far = (width + height) * 2 + Math.abs(a.x) + Math.abs(a.y);
  const factor = far / Math.hypot(dx, dy);
  return { x: a.x + dx * factor, y: a.y + dy * factor };
}

/** Return the height of the line through `a` and `b` at `x`. */
function lineAt(a: Place, b: Place, x: number): number {
  return b.x === a.x ? a.y : a.y + ((b.y - a.y) * (x - a.x)) / (b.x - a.x);
}

const moved = ({ x, y }: Place, dx: number, dy: number): Place => ({ x: x + dx, y: y + dy });

/** Return the places of the handles that move the points of a drawing. They are in the pane. */
export function handlesOf(drawing: Drawing, projection: Projection): Place[] {
  const { width, height } = projection;
  return drawing.points.map((point) => {
    const place = placeOf(point, projection);
    if (drawing.kind === "horizontal") return { x: width / 2, y: place.y };
    if (drawing.kind === "vertical") return { x: place.x, y: height / 2 };
    return place;
  });
}

/** Return the distance from a place to the lines and labels of a shape, in pixels. */
export function distanceTo({ segments, labels }: Shape, place: Place): number {
  let distance = Number.POSITIVE_INFINITY;
  for (const { from, to } of segments) distance = Math.min(distance, toSegment(place, from, to));
  for (const label of labels) if (isOnLabel(label, place)) return 0;
  return distance;
}

function toSegment({ x, y }: Place, from: Place, to: Place): number {
  const [dx, dy] = [to.x - from.x, to.y - from.y];
  const square = dx * dx + dy * dy;
  const along = square === 0 ? 0 : ((x - from.x) * dx + (y - from.y) * dy) / square;
  const part = Math.min(Math.max(along, 0), 1);
  return Math.hypot(x - from.x - part * dx, y - from.y - part * dy);
}

function isOnLabel({ text, align, ...label }: Label, { x, y }: Place): boolean {
  const width = text.length * LETTER_PX + 8;
  const left = label.x - { left: 0, center: width / 2, right: width }[align];
  return x >= left && x <= left + width && Math.abs(y - label.y) <= LABEL_PX / 2;
}

/** Return the drawing that is nearest to a place within a distance; the newest one of several. */
export function drawingAt(
  drawings: readonly Drawing[],
  place: Place,
  projection: Projection,
  distanceMax: number,
): Drawing | null {
  let [found, nearest]: [Drawing | null, number] = [null, distanceMax];
  for (const drawing of drawings) {
    const distance = distanceTo(shapeOf(drawing, projection), place);
    if (distance <= nearest) [found, nearest] = [drawing, distance];
  }
  return found;
}

/** Return a drawing with one of its points at another place. */
export function withPoint(drawing: Drawing, index: number, point: DrawingPoint): Drawing {
  return {
    ...drawing,
    points: drawing.points.map((each, at) => (at === index ? point : each)),
  };
}

/** Return a drawing moved by a number of bars and a difference of prices. */
export function movedBy(
  drawing: Drawing,
  bars: number,
  price: number,
  { indexOf, timeAt }: Pick<Projection, "indexOf" | "timeAt">,
): Drawing {
  const points = drawing.points.map((point) => ({
    // A time inside of a longer bar must not be lost by a move up or down.
    time: bars === 0 ? point.time : timeAt(indexOf(point.time) + bars),
    price: Number((point.price + price).toPrecision(12)),
  }));
  return { ...drawing, points };
}

export type Magnet = "off" | "weak" | "strong";
const WEAK_PX = 16;

/** Return the price of a bar that attracts a place, or else `price`. */
export function attracted(
  price: number,
  bar: { open: number; high: number; low: number; close: number } | undefined,
  magnet: Magnet,
  yOf: (price: number) => number,
): number {
  if (magnet === "off" || bar === undefined) return price;
  const y = yOf(price);
  const nearest = [bar.open, bar.high, bar.low, bar.close].reduce((best, each) =>
    Math.abs(yOf(each) - y) < Math.abs(yOf(best) - y) ? each : best,
  );
  return magnet === "strong" || Math.abs(yOf(nearest) - y) <= WEAK_PX ? nearest : price;
}
