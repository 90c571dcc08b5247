import { expect, test } from "vitest";
import { decimalsOf } from "../src/format.ts";
import {
  formatInput,
  parseNumber,
  parseOptionalNumber,
  separatorsOf,
} from "../src/ticket/parse-number.ts";

test.each([
  ["1,234.5", 1234.5],
  ["1,234,567", 1234567],
  ["1234.5", 1234.5],
  ["1 234.5", 1234.5],
  [" 12 ", 12],
  [".5", 0.5],
  ["5.", 5],
  ["0", null],
  ["-1", null],
  ["", null],
  [".", null],
  ["ten", null],
  // A comma that does not group three digits may be a decimal comma.
  ["0,5", null],
  ["1,5", null],
  ["1,50", null],
  ["12,34", null],
  ["0,500", null],
  ["1,2345", null],
  ["1234,567", null],
  ["1,23,456", null],
  [",5", null],
  ["5,", null],
  ["1.5,0", null],
  ["1.234.567", null],
  ["1,234 567", null],
  // JavaScript's own notations are no numbers of a user.
  ["1e3", null],
  ["0x10", null],
  ["Infinity", null],
  ["\u0661\u0662", null],
])("in en-US %j is parsed as %s", (text, number) => {
  expect(parseNumber(text, separatorsOf("en-US"))).toBe(number);
});

test.each([
  ["de-DE", "0,5", 0.5],
  ["de-DE", "1,5", 1.5],
  ["de-DE", "1.234,5", 1234.5],
  ["de-DE", "1.234", 1234],
  ["de-DE", "0.5", null],
  ["de-DE", "1,234.5", null],
  ["de-DE", "1.23", null],
  ["fr-FR", "1\u202f234,5", 1234.5],
  ["fr-FR", "1 234,5", 1234.5],
  ["fr-FR", "1\u00a0234,5", 1234.5],
  ["fr-FR", "1.234", null],
  ["fr-FR", "0.5", null],
  ["de-CH", "1’234.5", 1234.5],
  ["de-CH", "1'234.5", 1234.5],
  ["de-CH", "0,5", null],
  ["es-ES", "1.234,5", 1234.5],
  ["pl-PL", "0,5", 0.5],
  ["pt-BR", "1.234,50", 1234.5],
  ["en-IN", "1234.5", 1234.5],
  ["ar-EG", "0.5", 0.5],
])("in %s %j is parsed as %s", (locale, text, number) => {
  expect(parseNumber(text, separatorsOf(locale))).toBe(number);
});

test.each(["en-US", "de-DE", "fr-FR", "de-CH", "es-ES", "pl-PL", "pt-BR", "en-IN", "ar-EG", "sv"])(
  "in %s a number that is formatted for a field is parsed as the same number",
  (locale) => {
    const separators = separatorsOf(locale);
    for (const value of [1, 0.5, 1.085, 1234.567, 1e-8, 1.5e-7, 123456789.25, 1000]) {
      expect(parseNumber(formatInput(value, undefined, separators), separators)).toBe(value);
    }
    expect(parseNumber(formatInput(1.5, 2, separators), separators)).toBe(1.5);
  },
);

test("an empty optional number is undefined", () => {
  expect(parseOptionalNumber(" ")).toBeUndefined();
});

test("a small step in scientific notation has all its decimals", () => {
  expect(decimalsOf(1.5e-7)).toBe(8);
});
