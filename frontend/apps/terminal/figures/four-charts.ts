// Four charts, and more updates than the market has.
import type { Browser, BrowserContext, Page } from "playwright-core";
import type { Backend } from "../browser/support/backend.ts";

/** The quotes a second, and the values of bars a second, of all symbols and charts together. */
export const UPDATES_PER_S = 200;

/** Open a page with four charts, each of which has the `indicators`. */
export async function openCharts(
  browser: Browser,
  indicators: readonly string[],
): Promise<{ context: BrowserContext; page: Page }> {
  const context = await browser.newContext({ viewport: { width: 1920, height: 1080 } });
  const page = await context.newPage();
  await page.addInitScript((types) => {
    const set = (name: string, value: unknown) =>
      localStorage.setItem(`trading_api.${name}`, JSON.stringify(value));
    set("charts.grid", "four");
    const shared = types.map((type, index) => ({ id: `${index + 1}`, type }));
    for (const id of [1, 2, 3, 4]) set(`chart.${id}.indicators`, { shared, symbols: {} });
  }, indicators);
  return { context, page };
}

export async function load(page: Page, backend: Backend): Promise<void> {
  await page.goto(`${backend.address}/?symbol=BTCUSD`);
  for (let chart = 0; chart < 4; chart += 1)
    await page.locator('.chart .canvas[data-state="ready"]').nth(chart).waitFor();
  await page.waitForTimeout(2_000);
}

/** Return what sends more updates to a page than its backend does. */
export async function floodOf(page: Page): Promise<{ start(): void; stop(): void }> {
  let send = (_: object): void => {};
  const quotes: { topic: string; symbols: string[]; like: { lp: number } }[] = [];
  const bars = new Map<string, { time: number; close: number; high: number; low: number }>();
  await page.routeWebSocket("**/api/v1/ws", (socket) => {
    const server = socket.connectToServer();
    send = (message) => socket.send(JSON.stringify(message));
    server.onMessage((text) => {
      socket.send(text);
      const { type, payload } = JSON.parse(String(text));
      if (type === "bars.update") bars.set(payload.topic, payload.payload);
      if (type !== "quotes.update" || quotes.some(({ topic }) => topic === payload.topic)) return;
      const { fast_symbols } = JSON.parse(payload.topic.slice("quotes:".length));
      if (fast_symbols.length > 1)
        quotes.push({ topic: payload.topic, symbols: fast_symbols, like: payload.payload.v });
    });
  });
  let timer: ReturnType<typeof setInterval> | undefined;
  const start = () => {
    const began = Date.now();
    let sent = 0;
    timer = setInterval(() => {
      for (; sent < ((Date.now() - began) / 1_000) * UPDATES_PER_S; sent += 1) {
        const move = 1 + ((sent % 7) - 3) / 10_000;
        const watchlist = quotes[sent % Math.max(quotes.length, 1)];
        if (watchlist !== undefined) {
          const { topic, symbols, like } = watchlist;
          const lp = Number((like.lp * move).toFixed(2));
          const v = { ...like, lp, bid: lp, ask: lp };
          const payload = { s: "ok", n: symbols[sent % symbols.length], v };
          send({ type: "quotes.update", payload: { topic, payload } });
        }
        const topics = [...bars];
        const [topic, bar] = topics[sent % Math.max(topics.length, 1)] ?? [];
        if (topic === undefined || bar === undefined) continue;
        const close = Number((bar.close * move).toFixed(2));
        const payload = {
          ...bar,
          close,
          high: Math.max(bar.high, close),
          low: Math.min(bar.low, close),
        };
        send({ type: "bars.update", payload: { topic, payload } });
      }
    }, 5);
  };
  return { start, stop: () => clearInterval(timer) };
}

export interface Frames {
  frames: number;
  longestFrame: number;
  longestTask: number;
}

export const rate = ({ frames, longestFrame, longestTask }: Frames, ms: number): string =>
  `${((frames / ms) * 1_000).toFixed(1)} a second, the longest ${longestFrame.toFixed(0)} ms, ` +
  `the longest task ${longestTask === 0 ? "below 50" : longestTask.toFixed(0)} ms`;

/** Count the frames of a page. A task is counted from 50 ms on. */
export function countFrames(ms: number): Promise<Frames> {
  let longestTask = 0;
  const observer = new PerformanceObserver((list) => {
    for (const { duration } of list.getEntries()) longestTask = Math.max(longestTask, duration);
  });
  observer.observe({ type: "longtask" });
  return new Promise((resolve) => {
    const began = performance.now();
    let [frames, longestFrame, last] = [0, 0, began];
    const count = (now: number) => {
      frames += 1;
      longestFrame = Math.max(longestFrame, now - last);
      last = now;
      if (now - began < ms) {
        requestAnimationFrame(count);
        return;
      }
      observer.disconnect();
      resolve({ frames, longestFrame, longestTask });
    };
    requestAnimationFrame(count);
  });
}
