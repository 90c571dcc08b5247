import { expect, test } from "vitest";
import { timeZone, UTC } from "../src/chart/view/time-zone.ts";
import { seededRandom } from "./support/seeded-random.ts";

const at = (text: string) => Date.parse(`${text}Z`);
const NEW_YORK = timeZone("America/New_York");

test("clocks show the time of their zone, in winter and in summer", () => {
  expect(NEW_YORK.wall(at("2026-01-05T14:30"))).toBe(at("2026-01-05T09:30"));
  expect(NEW_YORK.wall(at("2026-07-06T13:30"))).toBe(at("2026-07-06T09:30"));
  expect(timeZone("Asia/Kolkata").wall(at("2026-01-05T00:00"))).toBe(at("2026-01-05T05:30"));
});

test("midnight is the start of its day", () => {
  expect(timeZone("Europe/Berlin").wall(at("2026-01-04T23:00"))).toBe(at("2026-01-05T00:00"));
});

test("a skipped time is an hour later, and of a repeated one the first counts", () => {
  expect(NEW_YORK.instant(at("2025-03-09T02:30"))).toBe(at("2025-03-09T07:30"));
  expect(NEW_YORK.instant(at("2025-11-02T01:30"))).toBe(at("2025-11-02T05:30"));
  expect(NEW_YORK.instant(at("2025-11-02T02:30"))).toBe(at("2025-11-02T07:30"));
});

test("an instant is found by what the clocks showed, unless it is the second of two", () => {
  const { seed, random } = seededRandom();
  const names = ["America/New_York", "Europe/London", "Australia/Lord_Howe", "Asia/Tokyo"];
  for (const zone of names.map(timeZone)) {
    for (let count = 0; count < 300; count += 1) {
      const ms = Math.floor(at("2000-01-01T00:00") + random() * 9e11);
      const found = zone.instant(zone.wall(ms));
      expect(zone.wall(found), `seed ${seed}`).toBe(zone.wall(ms));
      expect(found, `seed ${seed}`).toBeLessThanOrEqual(ms);
    }
  }
});

test("a zone that the browser does not know means UTC", () => {
  expect(timeZone("Nowhere/Else")).toBe(UTC);
  expect(timeZone("UTC")).toBe(UTC);
});
