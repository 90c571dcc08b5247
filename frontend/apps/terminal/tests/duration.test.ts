import { expect, test } from "vitest";
import { formatDuration, parseDuration } from "../src/ticket/duration.ts";

test("a date is parsed and formatted as UTC, to the minute", () => {
  const datetime = Date.UTC(2026, 0, 6, 10, 37);
  const texts = { duration: "GTD", until: "2026-01-06T10:37" } as const;
  expect(parseDuration(texts)).toEqual({ type: "GTD", datetime });
  expect(formatDuration({ type: "GTD", datetime: datetime + 59_999 })).toEqual(texts);
  expect(parseDuration({ duration: "GTD", until: "" })).toBeNull();
  expect(parseDuration({ duration: "DAY", until: texts.until })).toEqual({ type: "DAY" });
});
