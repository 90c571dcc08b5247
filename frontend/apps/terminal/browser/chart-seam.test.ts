// The seam between history and live bars on the chart, against a real backend.
import { afterEach, beforeEach, expect, test } from "vitest";
import { TcpProxy } from "../../../packages/client/tests/support/tcp-proxy.ts";
import { Crosshair } from "./support/crosshair.ts";
import { boxOf } from "./support/finger.ts";
import type { TerminalPage } from "./support/terminal-page.ts";
import { TerminalTests } from "./support/terminal-tests.ts";

const COMPARED_BARS = 15;
/** The bars, and the empty space after them, that a chart shows at first. */
const [BARS_SHOWN, RIGHT_BARS] = [120, 5];
/** A narrow window shows fewer bars, which keep this width. */
const BAR_PX_MIN = 4;

let proxy: TcpProxy;
let terminal: TerminalPage;

// What is registered first runs last: a page without its proxy takes long to close.
afterEach(() => proxy?.close());

const tests = TerminalTests.stepped("SEAM");

beforeEach(async () => {
  proxy = new TcpProxy(tests.server.backend.port);
  terminal = await tests.openAt(await proxy.start());
});

interface WireBar {
  time: number;
  open: number;
  high: number;
  low: number;
  close: number;
}

/** Return the last bars of history, the newest first. */
async function history(resolution: string): Promise<WireBar[]> {
  const now = (await tests.server.now()) / 1_000;
  const query = new URLSearchParams({
    symbol: "AAPL",
    resolution,
    from_time: String(now),
    to_time: String(now + 1),
    count_back: String(COMPARED_BARS),
  });
  const response = await fetch(`${tests.address}/api/v1/datafeed/bars?${query}`);
  if (!response.ok) throw new Error(await response.text());
  return (await response.json()).bars.toReversed();
}

/** Return the place of a bar on the chart. The last bar has the index 0, and the one before it 1. */
async function placeOf(index: number): Promise<[x: number, y: number]> {
  const { page } = terminal;
  const { x, y, width, height } = await boxOf(page.locator(".chart .canvas"));
  const axisWidth = await page
    .locator(".price-lines")
    .evaluate((element) =>
      Number.parseFloat(getComputedStyle(element).getPropertyValue("--axis-width")),
    );
  const space = Math.max((width - axisWidth) / (BARS_SHOWN + RIGHT_BARS), BAR_PX_MIN);
  return [x + width - axisWidth - (RIGHT_BARS + index + 0.5) * space, y + height / 2];
}

/** Wait until the legend shows the prices of a bar. */
async function legendShows(bar: WireBar, message: string): Promise<void> {
  const [o, h, l, c] = [bar.open, bar.high, bar.low, bar.close].map((price) => price.toFixed(2));
  const figures = new RegExp(`O\\s+${o}\\s+H\\s+${h}\\s+L\\s+${l}\\s+C\\s+${c}`);
  const legend = terminal.page.getByTestId("legend");
  await expect.poll(() => legend.innerText(), { message }).toMatch(figures);
}

/** Point at the last bars on the chart, and compare what the legend shows with the history. */
async function compare(resolution: string): Promise<void> {
  const crosshair = new Crosshair(terminal);
  const bars = await history(resolution);
  expect(bars.length).toBe(COMPARED_BARS);
  for (const [index, bar] of bars.entries()) {
    await crosshair.move(...(await placeOf(index)));
    await legendShows(bar, `bar ${index}`);
  }
  await crosshair.leave();
}

test.each([
  { label: "1m", resolution: "1", seconds: 60 },
  { label: "5m", resolution: "5", seconds: 300 },
])(
  "bars of $label are those of the history, also after an outage",
  { timeout: 60_000 },
  async (resolution) => {
    const { page } = terminal;
    await page.getByRole("radio", { name: resolution.label, exact: true }).click();
    await terminal.isLoaded();
    for (let step = 0; step < 8; step += 1) await tests.server.advance(resolution.seconds * 0.4);
    await compare(resolution.resolution);
    proxy.cut();
    await terminal.badge(/Reconnecting/);
    await tests.server.advance(resolution.seconds * 3.5);
    proxy.restore();
    await terminal.badge("Live");
    await tests.server.advance(resolution.seconds * 0.7);
    await compare(resolution.resolution);
  },
);

test("the legend follows the last bar while the crosshair is on it", async () => {
  const crosshair = new Crosshair(terminal);
  await crosshair.move(...(await placeOf(0)));
  for (let step = 0; step < 20; step += 1) {
    await tests.server.advance(2);
    const [last] = await history("1");
    if (last === undefined) throw new Error("no bar");
    await legendShows(last, `step ${step}`);
  }
});

test("the legend shows the last bar again when the pointer leaves the chart", async () => {
  const [last] = await history("1");
  const canvas = await terminal.page.locator(".chart .canvas").boundingBox();
  if (canvas === null || last === undefined) throw new Error("no chart");
  const legend = terminal.page.getByTestId("legend");
  const before = await legend.innerText();
  await terminal.page.mouse.move(canvas.x + 100, canvas.y + 100);
  await expect.poll(() => legend.innerText()).not.toBe(before);
  await terminal.page.mouse.move(canvas.x - 50, canvas.y + 100);
  await expect.poll(() => legend.innerText()).toBe(before);
  expect(before).toContain(last.close.toFixed(2));
});
