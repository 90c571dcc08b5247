const [QUARTER_MS, DAY_MS] = [900_000, 86_400_000];
const OFFSETS_MAX = 5_000;

/** Converts between instants and the time on the clocks of a zone, written as if it were UTC. */
export interface TimeZone {
  /** The name in the IANA database, such as `America/New_York`. */
  readonly name: string;
  /** Return what the clocks show at an instant. */
  wall(ms: number): number;
  /**
   * Return the instant at which the clocks show a time: the first one where they go back, and one
   * hour later than shown where they skip it.
   */
  instant(wallMs: number): number;
  /** Return the difference between the clocks and UTC at an instant, in ms. */
  offset(ms: number): number;
}

export const UTC: TimeZone = {
  name: "Etc/UTC",
  wall: (ms) => ms,
  instant: (wallMs) => wallMs,
  offset: () => 0,
};

const zones = new Map<string, TimeZone>();

/** Return a zone by its name. A name that the browser does not know means UTC. */
export function timeZone(name: string): TimeZone {
  let zone = zones.get(name);
  if (zone === undefined) {
    zone = createZone(name);
    zones.set(name, zone);
  }
  return zone;
}

/** Return the zone of the browser. */
export const localZone = (): TimeZone =>
  timeZone(new Intl.DateTimeFormat().resolvedOptions().timeZone);

/** Return the place of a zone: `New York` of `America/New_York`. */
export const placeOf = (zone: string): string =>
  (zone.split("/").at(-1) ?? "").replaceAll("_", " ");

function createZone(name: string): TimeZone {
  if (/^(Etc\/)?(UTC|GMT)$/.test(name)) return UTC;
  let clock: Intl.DateTimeFormat;
  try {
    clock = new Intl.DateTimeFormat("en-US", {
      timeZone: name,
      hourCycle: "h23",
      year: "numeric",
      month: "numeric",
      day: "numeric",
      hour: "numeric",
      minute: "numeric",
      second: "numeric",
    });
  } catch {
    return UTC;
  }
  // Clocks change only at quarters of an hour.
  const offsets = new Map<number, number>();
  const offset = (ms: number): number => {
    const quarter = Math.floor(ms / QUARTER_MS);
    let found = offsets.get(quarter);
    if (found === undefined) {
      if (offsets.size >= OFFSETS_MAX) offsets.clear();
      found = shownBy(clock, quarter * QUARTER_MS) - quarter * QUARTER_MS;
      offsets.set(quarter, found);
    }
    return found;
  };
  const instant = (wallMs: number): number => {
    const [before, after] = [offset(wallMs - DAY_MS), offset(wallMs + DAY_MS)];
    const [first, second] = [wallMs - before, wallMs - after];
    return offset(first) !== before && offset(second) === after ? second : first;
  };
  return { name, offset, instant, wall: (ms) => ms + offset(ms) };
}

function shownBy(clock: Intl.DateTimeFormat, ms: number): number {
  const parts = new Map(clock.formatToParts(ms).map(({ type, value }) => [type, Number(value)]));
  const [year, month, day, hour, minute, second] = (
    ["year", "month", "day", "hour", "minute", "second"] as const
  ).map((part) => parts.get(part) ?? 0);
  return Date.UTC(year ?? 0, (month ?? 1) - 1, day, hour, minute, second);
}
