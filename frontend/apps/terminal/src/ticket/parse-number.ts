import { decimalsOf } from "../format.ts";
import { LOCALE } from "../locale.ts";

/** How a language writes numbers: `1,234.5` has the group separator `,` and the decimal one `.`. */
export interface Separators {
  decimal: string;
  group: string;
}

export function separatorsOf(locale: string): Separators {
  const parts = new Intl.NumberFormat(locale, {
    numberingSystem: "latn",
    useGrouping: "always",
    minimumFractionDigits: 1,
  }).formatToParts(1_234.5);
  const find = (wanted: string) => parts.find(({ type }) => type === wanted)?.value;
  return { decimal: find("decimal") ?? ".", group: find("group") ?? "" };
}

const OWN = separatorsOf(LOCALE);

/**
 * Return the number in `text`, or null if it is no positive number. A text that the language does
 * not write is null and is never read in another way: in English `0,5` is null. Digits are grouped
 * by threes, with the separator of the language, spaces or apostrophes.
 */
export function parseNumber(text: string, { decimal, group }: Separators = OWN): number | null {
  const [whole = "", fraction = "", ...rest] = text.trim().split(decimal);
  if (rest.length > 0 || !/^\d*$/.test(fraction)) return null;
  const digits = /^\d*$/.test(whole) ? whole : ungrouped(whole, group);
  if (digits === null || digits + fraction === "") return null;
  const value = Number(`${digits || "0"}.${fraction || "0"}`);
  return Number.isFinite(value) && value > 0 ? value : null;
}

/** Return the number in `text`, null if it is no positive number, or undefined if it is empty. */
export const parseOptionalNumber = (text: string): number | null | undefined =>
  text.trim() === "" ? undefined : parseNumber(text);

/** Format a number for a field, without groups. By default it has all its decimals. */
export const formatInput = (
  value: number,
  decimals: number = decimalsOf(value),
  { decimal }: Separators = OWN,
): string => value.toFixed(decimals).replace(".", decimal);

/** Return the digits of a whole number in groups of three, or null if it is not grouped so. */
function ungrouped(text: string, group: string): string | null {
  const [, separator = ""] = /^[1-9]\d{0,2}(\D)\d{3}(?:\1\d{3})*$/.exec(text) ?? [];
  const isSeparator = separator !== "" && (separator === group || /[\s'’]/.test(separator));
  return isSeparator ? text.replaceAll(separator, "") : null;
}
