import { expect, test } from "vitest";
import * as format from "../src/format.ts";

test.each([
  [1234.5, 2, "1,234.50"],
  [-0.5, 2, "\u22120.50"],
  [1.1, 5, "1.10000"],
])("a price of %s with %s decimals is %s", (value, decimals, shown) => {
  expect(format.price(value, decimals)).toBe(shown);
});

test.each([
  [0, "0.00"],
  [-0.001, "0.00"],
  [2, "+2.00"],
  [-2, "\u22122.00"],
])("a change of %s is %s, without a sign if it is shown as zero", (value, shown) => {
  expect(format.change(value)).toBe(shown);
});

test.each([
  [0.01, 2],
  [1, 0],
  [0.00001, 5],
  [1e-8, 8],
])("a step of %s has %s decimals", (step, decimals) => {
  expect(format.decimalsOf(step)).toBe(decimals);
});

test.each([
  ["97083.687 USD", true, "97,083.69 USD"],
  ["1.22976 USD", false, "1.22976 USD"],
  ["284.3 USD", false, "284.30 USD"],
  ["97083.687 USDT", true, "97,083.69 USDT"],
  ["1.22976 1INCH", false, "1.22976 1INCH"],
  ["0.25", true, "0.25"],
  ["Good till canceled", true, "Good till canceled"],
])("a preview value %s is formatted", (text, isOfAccount, shown) => {
  expect(format.previewValue(text, isOfAccount)).toBe(shown);
});

test.each([
  ["en-US", "5 Mar", "Mar 2026", "5 Mar 2026"],
  ["de-DE", "5. März", "März 2026", "5. März 2026"],
  ["ar-EG", /^5/, /2026$/, /^5.*2026$/],
  ["ja-JP", "3月5日", "2026年3月", "2026年3月5日"],
])("dates are written as %s does", (locale, dayAndMonth, monthAndYear, date) => {
  const ms = Date.UTC(2026, 2, 5, 23, 59);
  const is = (text: string | RegExp) =>
    typeof text === "string" ? text : expect.stringMatching(text);
  expect(format.formatDate(ms, "dayAndMonth", locale)).toEqual(is(dayAndMonth));
  expect(format.formatDate(ms, "monthAndYear", locale)).toEqual(is(monthAndYear));
  expect(format.formatDate(ms, "date", locale)).toEqual(is(date));
});

test("a time on another day has its date", () => {
  const noon = Date.UTC(2026, 0, 5, 12, 0, 7);
  expect(format.time(noon, noon)).toBe("12:00:07");
  expect(format.time(noon, noon + 86_400_000)).toBe("5 Jan 12:00:07");
  expect(format.time(undefined)).toBe("");
});
