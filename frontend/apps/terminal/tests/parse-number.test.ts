import { expect, test } from "vitest";
import { parseNumber, parseOptionalNumber } from "../src/ticket/parse-number.ts";

test.each([
  ["1,234.5", 1234.5],
  ["0", null],
  ["-1", null],
  ["", null],
  ["ten", null],
])("%j is parsed as %s", (text, number) => {
  expect(parseNumber(text)).toBe(number);
});

test("an empty optional number is undefined", () => {
  expect(parseOptionalNumber(" ")).toBeUndefined();
});
