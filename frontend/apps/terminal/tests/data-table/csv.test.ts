import { expect, test } from "vitest";
import type { Column } from "../../src/widgets/data-table/columns.ts";
import { plainNumber, toCsv } from "../../src/widgets/data-table/csv.ts";
import { randomFrom } from "./random.ts";

type Row = [string | undefined, number | undefined];
const COLUMNS: Column<Row>[] = [
  { key: "text", label: 'A "text", quoted', value: ([text]) => text },
  { key: "number", label: "Number", kind: "number", value: ([, number]) => number },
  { key: "time", label: "Time", kind: "time", value: ([, number]) => number },
  { key: "actions", label: "Actions" },
];
const csvOf = (...rows: Row[]) => toCsv(COLUMNS, rows);

test("lines end with CR LF, and numbers and times are for programs", async () => {
  expect(await csvOf(["é", 1_234.5], [undefined, undefined], ["a,b\n", -0.1])).toBe(
    '"A ""text"", quoted",Number,Time\r\n' +
      "é,1234.5,1970-01-01T00:00:01.234Z\r\n" +
      ",,\r\n" +
      '"a,b\n",-0.1,1970-01-01T00:00:00.000Z\r\n',
  );
});

test.each(["=1+1", "+1", "-1", "@SUM(A1)", "\t=1", "\r=1"])(
  "%j is no formula in a spreadsheet",
  async (text) => {
    const [, line = ""] = (await csvOf([text, undefined])).split(/\r\n(?!=)/);
    expect(line.replace(/^"/, "")[0]).toBe("'");
  },
);

test.each([
  [1e-7, "0.0000001"],
  [1.5e-9, "0.0000000015"],
  [-2e-8, "-0.00000002"],
  [1e21, "1000000000000000000000"],
  [0.1 + 0.2, "0.30000000000000004"],
])("%d is written as %s", (value, text) => {
  expect(plainNumber(value)).toBe(text);
});

test("any text is read as it was written", async () => {
  const random = randomFrom(7);
  const alphabet = "ab\",;\r\n 'é€";
  for (let turn = 0; turn < 300; turn += 1) {
    const text = Array.from({ length: random(12) }, () => alphabet[random(alphabet.length)]).join(
      "",
    );
    const safe = text.startsWith("\r") ? `'${text}` : text;
    const [, record] = parse(await csvOf([text, 1]));
    expect(record).toEqual([safe, "1", "1970-01-01T00:00:00.001Z"]);
  }
});

/** Return the records of a text, a reader of RFC 4180. */
function parse(text: string): string[][] {
  const records: string[][] = [];
  const fields = /(?:"((?:[^"]|"")*)"|([^",\r\n]*))(,|\r\n)/gy;
  let record: string[] = [];
  for (const [, quoted, plain = "", end] of text.matchAll(fields)) {
    record.push(quoted?.replaceAll('""', '"') ?? plain);
    if (end !== "\r\n") continue;
    records.push(record);
    record = [];
  }
  return records;
}
