/** Print the middle, the 99th percentile and the longest of some delays in ms. */
export function print(name: string, delays: readonly number[], of: string): void {
  const sorted = delays.toSorted((a, b) => a - b);
  const at = (part: number) =>
    (sorted[Math.ceil(sorted.length * part) - 1] ?? Number.NaN).toFixed(1);
  printLine(`${name}: p50 ${at(0.5)} ms, p99 ${at(0.99)} ms, the longest ${at(1)} ms (${of})`);
}

export function printLine(line: string): void {
  process.stdout.write(`${line}\n`);
}
