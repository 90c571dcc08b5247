import { newIdempotencyKey } from "@trading-api/client";

/** The kinds of drawings, in the order of the drawing bar. */
export const KINDS = [
  "trend",
  "ray",
  "horizontal",
  "vertical",
  "channel",
  "fibonacci",
  "rectangle",
  "text",
  "measure",
] as const;
export type DrawingKind = (typeof KINDS)[number];

/** The number of points of each kind. The third one of a channel is on its second line. */
export const POINT_COUNT: Record<DrawingKind, number> = {
  trend: 2,
  ray: 2,
  horizontal: 1,
  vertical: 1,
  channel: 3,
  fibonacci: 2,
  rectangle: 2,
  text: 1,
  measure: 2,
};

/** A place on a chart. `time` is in ms UTC. */
export interface DrawingPoint {
  time: number;
  price: number;
}

export interface Drawing {
  id: string;
  kind: DrawingKind;
  points: readonly DrawingPoint[];
  text: string;
  colour: string;
  width: number;
  /** Whether it can neither be moved nor deleted on the chart. */
  isLocked: boolean;
}

/** The number of drawings of a symbol. */
export const DRAWINGS_MAX = 100;
export const TEXT_MAX = 200;
export const WIDTH_MAX = 4;
export const INITIAL_COLOUR = "#2f7de1";
/** The times that browsers can show, in ms. */
const TIME_MAX = 8.64e15;

/** Return a new drawing. Its id is random, so that no two tabs make the same one. */
export function newDrawing(
  kind: DrawingKind,
  points: readonly DrawingPoint[],
  id = newIdempotencyKey(),
): Drawing {
  return { id, kind, points, text: "", colour: INITIAL_COLOUR, width: 2, isLocked: false };
}

/** Return the number of a drawing among those of its kind, from 1 on. */
export function numberOf(drawing: Drawing, drawings: readonly Drawing[]): number {
  return drawings.filter(({ kind }) => kind === drawing.kind).indexOf(drawing) + 1;
}

/**
 * Return a list of drawings with what was changed elsewhere between two lists: what was added,
 * changed or removed there is so here too. The rest stays as it is.
 */
export function withChanges(
  list: readonly Drawing[],
  before: readonly Drawing[],
  after: readonly Drawing[],
): Drawing[] {
  const [was, is, here] = [before, after, list].map(byId) as [ById, ById, ById];
  const isChanged = ({ id }: Drawing) => JSON.stringify(was.get(id)) !== JSON.stringify(is.get(id));
  const kept = list.filter(({ id }) => is.has(id) || !was.has(id));
  const added = after.filter(({ id }) => !was.has(id) && !here.has(id));
  const merged = kept.map((each) => (isChanged(each) && is.get(each.id)) || each);
  return [...merged, ...added].slice(0, DRAWINGS_MAX);
}

type ById = ReadonlyMap<string, Drawing>;
const byId = (list: readonly Drawing[]): ById => new Map(list.map((each) => [each.id, each]));

/** Return the drawings of a stored list that can be drawn, at most as many as a symbol may have. */
export function validDrawings(stored: unknown): Drawing[] {
  if (!Array.isArray(stored)) return [];
  const ids = new Set<string>();
  const valid: Drawing[] = [];
  for (const each of stored.slice(0, DRAWINGS_MAX)) {
    const drawing = validOne(each);
    if (drawing === null || ids.has(drawing.id)) continue;
    ids.add(drawing.id);
    valid.push(drawing);
  }
  return valid;
}

function validOne(value: unknown): Drawing | null {
  if (typeof value !== "object" || value === null) return null;
  const { id, kind, points, text, colour, width, isLocked } = value as Record<string, unknown>;
  const known = KINDS.find((each) => each === kind);
  if (known === undefined || typeof id !== "string" || id === "") return null;
  if (!Array.isArray(points) || points.length !== POINT_COUNT[known]) return null;
  if (!points.every(isPoint)) return null;
  const isColour = typeof colour === "string" && /^#[0-9a-f]{6}$/i.test(colour);
  return {
    id,
    kind: known,
    points: points.map(({ time, price }) => ({ time, price })),
    text: typeof text === "string" ? text.slice(0, TEXT_MAX) : "",
    colour: isColour ? colour : INITIAL_COLOUR,
    width: [1, 2, 3, WIDTH_MAX].includes(Number(width)) ? Number(width) : 2,
    isLocked: isLocked === true,
  };
}

function isPoint(value: unknown): value is DrawingPoint {
  if (typeof value !== "object" || value === null) return false;
  const { time, price } = value as Record<string, unknown>;
  return Number.isFinite(time) && Math.abs(Number(time)) <= TIME_MAX && Number.isFinite(price);
}
