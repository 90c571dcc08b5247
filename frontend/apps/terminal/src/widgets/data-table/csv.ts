import { decimalsOf } from "../../format.ts";
import type { Column } from "./columns.ts";

const LINE_END = "\r\n";
/** What spreadsheets take for the start of a formula. */
const FORMULA = /^[=+\-@\t\r]/;
const ROWS_PER_PAUSE = 1_000;

/**
 * Return rows as CSV (RFC 4180), with a header. Numbers have all their digits, with a point, and
 * times are those of ISO 8601. A text that a spreadsheet would take for a formula gets an
 * apostrophe. `pause` is awaited now and then.
 */
export async function toCsv<Row>(
  columns: readonly Column<Row>[],
  rows: Iterable<Row>,
  pause: () => Promise<void> = async () => {},
): Promise<string> {
  const exported = columns.filter(({ value }) => value !== undefined);
  const lines = [exported.map(({ label }) => field(label)).join(",")];
  for (const row of rows) {
    lines.push(exported.map((column) => cell(column, row)).join(","));
    if (lines.length % ROWS_PER_PAUSE === 0) await pause();
  }
  return lines.join(LINE_END) + LINE_END;
}

function cell<Row>({ value, kind }: Column<Row>, row: Row): string {
  const found = value?.(row);
  if (found === null || found === undefined) return "";
  if (typeof found !== "number") return field(String(found));
  if (!Number.isFinite(found)) return "";
  return kind === "time" ? new Date(found).toISOString() : plainNumber(found);
}

/** Return a number without an exponent, and with all its digits. */
export function plainNumber(value: number): string {
  const text = String(value);
  if (!text.includes("e")) return text;
  return Math.abs(value) < 1
    ? value.toFixed(Math.min(100, decimalsOf(value)))
    : BigInt(value).toString();
}

function field(text: string): string {
  const safe = FORMULA.test(text) ? `'${text}` : text;
  return /[",\r\n]/.test(safe) ? `"${safe.replaceAll('"', '""')}"` : safe;
}
