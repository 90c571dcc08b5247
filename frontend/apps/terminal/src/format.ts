// Formats numbers, in the browser's language, and times. A true minus sign is as wide as the plus.
import { LOCALE } from "./locale.ts";

const MINUS = "\u2212";
const formats = new Map<string, Intl.NumberFormat>();

function fixed(value: number, decimals: number, sign: "auto" | "exceptZero" = "auto"): string {
  const key = `${decimals} ${sign}`;
  let format = formats.get(key);
  if (format === undefined) {
    format = new Intl.NumberFormat(LOCALE, {
      numberingSystem: "latn",
      minimumFractionDigits: decimals,
      maximumFractionDigits: decimals,
      signDisplay: sign === "auto" ? "negative" : "exceptZero",
    });
    formats.set(key, format);
  }
  return format.format(value).replace("-", MINUS);
}

export const price = (value: number | undefined, decimals: number): string =>
  value === undefined ? "" : fixed(value, decimals);
export const money = (value: number): string => fixed(value, 2);
export const change = (value: number, decimals = 2): string => fixed(value, decimals, "exceptZero");
export const percent = (value: number): string => `${fixed(value, 2, "exceptZero")}%`;
/** Format a percentage that is no change: `40.00%`. */
export const ratio = (value: number): string => `${fixed(value, 2)}%`;

const quantities = new Intl.NumberFormat(LOCALE, {
  numberingSystem: "latn",
  maximumFractionDigits: 8,
});
export const quantity = (value: number): string => quantities.format(value).replace("-", MINUS);

/**
 * Format a value of an order preview, such as `97083.687 USD`: group its digits, and round money of
 * the account to hundredths. Other texts stay as they are.
 */
export function previewValue(text: string, isOfAccount: boolean): string {
  const [, number, unit = ""] = /^(-?\d+(?:\.\d+)?)( [A-Z0-9]{3,5})?$/.exec(text) ?? [];
  if (number === undefined) return text;
  const own = decimalsOf(Number(number));
  const decimals = unit === "" ? own : isOfAccount ? 2 : Math.max(2, own);
  return fixed(Number(number), decimals) + unit;
}

const compact = new Intl.NumberFormat(LOCALE, {
  numberingSystem: "latn",
  notation: "compact",
  maximumFractionDigits: 1,
});
export const volume = (value: number): string => compact.format(value);

const two = (value: number): string => String(value).padStart(2, "0");

/** Format a time in UTC: `14:03:27`, or `12 Jan 14:03:27` on another day than `today`. */
export function time(ms: number | undefined, today: number = Date.now()): string {
  if (ms === undefined) return "";
  const at = new Date(ms);
  const clock = `${two(at.getUTCHours())}:${two(at.getUTCMinutes())}:${two(at.getUTCSeconds())}`;
  if (at.toISOString().slice(0, 10) === new Date(today).toISOString().slice(0, 10)) return clock;
  return `${dayAndMonth(ms)} ${clock}`;
}

/** Format a time of day in UTC: `14:03`, or `14:03:27` with seconds. */
export function timeOfDay(ms: number, withSeconds: boolean): string {
  return new Date(ms).toISOString().slice(11, withSeconds ? 19 : 16);
}

/** Format a date in UTC without its year: `12 Jan`, or as the browser's language writes it. */
export const dayAndMonth = (ms: number): string => formatDate(ms, "dayAndMonth");

/** Format a month in UTC: `Jan 2026`. */
export const monthAndYear = (ms: number): string => formatDate(ms, "monthAndYear");

/** Format a time in UTC: `12 Jan 2026 14:03`, with seconds, or its date alone. */
export function dateAndTime(ms: number, withSeconds?: boolean): string {
  const date = formatDate(ms, "date");
  return withSeconds === undefined ? date : `${date} ${timeOfDay(ms, withSeconds)}`;
}

export const year = (ms: number): string => String(new Date(ms).getUTCFullYear());

const DATES = {
  dayAndMonth: { day: "numeric", month: "short" },
  monthAndYear: { month: "short", year: "numeric" },
  date: { day: "numeric", month: "short", year: "numeric" },
} as const;
const dateFormats = new Map<string, Intl.DateTimeFormat>();

/** Format a date in UTC, in a language. English has the day first, as trading systems have it. */
export function formatDate(ms: number, kind: keyof typeof DATES, locale = LOCALE): string {
  const key = `${locale} ${kind}`;
  let format = dateFormats.get(key);
  if (format === undefined) {
    const language = /^en\b/.test(locale) ? "en-GB" : locale;
    const zone = { timeZone: "UTC", calendar: "gregory", numberingSystem: "latn" };
    format = new Intl.DateTimeFormat(language, { ...DATES[kind], ...zone });
    dateFormats.set(key, format);
  }
  return format.format(ms);
}

/** Return the number of decimals of a step. */
export const decimalsOf = (step: number): number => {
  const [digits = "", exponent = "0"] = step.toString().split("e-");
  return (digits.split(".")[1]?.length ?? 0) + Number(exponent);
};
