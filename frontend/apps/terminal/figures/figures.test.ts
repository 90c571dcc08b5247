// Measures the terminal in a browser and prints the figures. It never fails for a slow result.
// `make figures` runs it.
import type { Browser } from "playwright-core";
import { build } from "vite";
import { afterAll, beforeAll, beforeEach, test } from "vitest";
import { TcpProxy } from "../../../packages/client/tests/support/tcp-proxy.ts";
import { Backend } from "../browser/support/backend.ts";
import { CHROMIUM_MISSING, chromiumPath, launchChromium } from "../browser/support/chromium.ts";
import { TerminalPage } from "../browser/support/terminal-page.ts";
import { countFrames, rate } from "./frames.ts";
import { pageAtRest } from "./page-at-rest.ts";
import { print, printLine } from "./print.ts";

const QUOTES_MS = 20_000;
const ORDERS = 30;
const TOPICS = 50;
const ENDED_ORDERS = 5_000;
const SENT_TOGETHER = 50;
const ROWS = 100_000;
const QUOTES_PER_S = 200;
const FRAMES_MS = 6_000;

let backend: Backend;
let browser: Browser;

beforeAll(async () => {
  if (chromiumPath === undefined) return;
  [backend, browser] = await Promise.all([Backend.start(), launchChromium()]);
});

beforeEach((context) => {
  if (chromiumPath === undefined) context.skip(CHROMIUM_MISSING);
});

afterAll(async () => {
  await browser?.close();
  await backend?.stop();
});

const openAccount = async (account: string): Promise<TerminalPage> =>
  TerminalPage.openIn(await pageAtRest(browser), backend.address, { account });

/** A quote that was received by a socket of the test, or painted by the page. */
interface Seen {
  symbol: string;
  price: number;
  ms: number;
}

test("a quote, from the backend to the screen", async () => {
  const terminal = await TerminalPage.openIn(await pageAtRest(browser), backend.address);
  await terminal.page.locator("tr[data-symbol]").first().waitFor();
  const symbols = await terminal.page
    .locator("tr[data-symbol]")
    .evaluateAll((rows) => rows.map((row) => row.getAttribute("data-symbol") ?? ""));
  await terminal.page.evaluate(recordPaints);
  const received = await listenTo(symbols);
  await terminal.page.waitForTimeout(QUOTES_MS);
  const painted = await terminal.page.evaluate(
    () => (globalThis as unknown as { painted: Seen[] }).painted,
  );
  const delays = painted.flatMap(({ symbol, price, ms }) => {
    const sent = received.findLast(
      (each) => each.symbol === symbol && each.price === price && each.ms <= ms + 5,
    );
    return sent && ms - sent.ms < 1_000 ? [Math.max(0, ms - sent.ms)] : [];
  });
  print("backend to screen", delays, `${delays.length} quotes`);
  await terminal.close();
});

test("an order, from the click to the screen", async () => {
  const terminal = await openAccount("FIGURES");
  await terminal.fillTicket({ quantity: 1 });
  const delays: number[] = [];
  for (let order = 1; order <= ORDERS; order += 1) {
    delays.push(await terminal.page.evaluate(clickAndWait, String(order)));
    await terminal.page.waitForTimeout(100);
  }
  print("click to screen", delays, `${ORDERS} market orders, to the position's new quantity`);
  await terminal.close();
});

test("an account with many ended orders", async () => {
  await endOrders(ENDED_ORDERS);
  // The page reads orders that ended in the last minute at once, in case of a venue with another clock.
  await new Promise((resolve) => setTimeout(resolve, 61_000));
  const delays: number[] = [];
  const others: number[] = [];
  const history: number[] = [];
  const open = async (account: string, delays: number[]) => {
    const page = await pageAtRest(browser);
    const began = performance.now();
    const terminal = await TerminalPage.openIn(page, backend.address, { account });
    delays.push(performance.now() - began);
    return terminal;
  };
  for (let turn = 0; turn < 5; turn += 1) {
    await (await open("EMPTY", others)).close();
    const terminal = await open("ENDED", delays);
    const shown = performance.now();
    await terminal.show("History");
    await terminal.orders.first().waitFor();
    history.push(performance.now() - shown);
    await terminal.close();
  }
  print("opening an account", delays, `${ENDED_ORDERS} ended orders, to the loaded chart`);
  print("opening another account", others, "without orders, in turn with that one");
  print("opening its history", history, "from the click to the first row");
}, 300_000);

test("a table of many rows", async () => {
  const terminal = await openAccount("ROWS");
  const { page } = terminal;
  await page.route("**/broker/orders/history**", (route) => {
    const { searchParams } = new URL(route.request().url());
    const newest = Number(searchParams.get("before")?.slice(6) ?? ROWS + 1) - 1;
    const length = Math.min(Number(searchParams.get("limit")), newest);
    return route.fulfill({ json: Array.from({ length }, (_, n) => endedOrder(newest - n)) });
  });
  await terminal.show("History");
  await terminal.orders.first().waitFor();
  await page.evaluate(recordLongTasks);
  const longest = () => page.evaluate(() => (globalThis as unknown as Tasks).longest.splice(0));
  await page.evaluate(scrollToTheEnd, ROWS);
  const tasks: [string, number[]][] = [["reading and scrolling", await longest()]];
  const first = terminal.orders.first();
  const table = page.getByRole("table", { name: "History" });
  for (const name of ["Quantity", "Symbol"]) {
    const before = await first.getAttribute("data-order");
    await table.getByRole("columnheader", { name }).getByRole("button").click();
    await page.waitForFunction(
      (id) => document.querySelector("tr[data-order]")?.getAttribute("data-order") !== id,
      before,
    );
    tasks.push([`sorting by ${name}`, await longest()]);
  }
  await page.getByRole("searchbox", { name: "Filter history" }).fill("msft");
  await page.getByText(`${(ROWS / 2).toLocaleString("en")} of`).waitFor();
  tasks.push(["filtering", await longest()]);
  for (const [name, durations] of tasks) {
    printLine(`${ROWS} rows, ${name}: the longest task ${Math.max(0, ...durations).toFixed(0)} ms`);
  }
  await terminal.close();
});

test("a reconnection with many topics", async () => {
  const proxy = new TcpProxy(backend.port);
  const terminal = await TerminalPage.openIn(await pageAtRest(browser), await proxy.start());
  await terminal.page.evaluate(await bundledClient());
  await terminal.page.evaluate(subscribeMany, TOPICS);
  const delays: number[] = [];
  for (let turn = 0; turn < 5; turn += 1) {
    const isBack = terminal.page.evaluate(untilReconnected, TOPICS);
    proxy.cut();
    proxy.restore();
    delays.push(await isBack);
    await terminal.page.waitForTimeout(5_200);
  }
  print(`reconnect with ${TOPICS} topics`, delays, "from the cut to the last topic's confirmation");
  await terminal.close();
  proxy.close();
});

test("frames during a flood of quotes", async () => {
  const page = await pageAtRest(browser);
  let flood: (() => void) | null = null;
  await page.routeWebSocket("**/api/v1/ws", (socket) => {
    const server = socket.connectToServer();
    server.onMessage((text) => {
      socket.send(text);
      const { type, payload } = JSON.parse(String(text));
      if (type === "quotes.update" && payload.topic.includes("BTCUSD")) {
        const { topic } = payload;
        const symbols: string[] = JSON.parse(topic.slice("quotes:".length)).fast_symbols;
        flood ??= floodQuotes((text) => socket.send(text), topic, symbols, payload.payload.v);
      }
    });
  });
  await page.goto(backend.address);
  await page.locator('.chart .canvas[data-state="ready"]').waitFor();
  await page.waitForTimeout(1_000);
  const frames = await page.evaluate(countFrames, FRAMES_MS);
  if (flood === null) throw new Error("No quotes were sent");
  (flood as () => void)();
  printLine(`frames with ${QUOTES_PER_S} quotes a second: ${rate(frames, FRAMES_MS)}`);
  await page.context().close();
});

// Functions that run in the page

function recordPaints(): void {
  const painted: Seen[] = [];
  Object.assign(globalThis, { painted });
  new MutationObserver((changes) => {
    const rows = new Set(
      changes.map(({ target }) => target.parentElement?.closest("tr[data-symbol]")),
    );
    const shown = [...rows].flatMap((row) => {
      const symbol = row?.getAttribute("data-symbol");
      const text = row?.querySelector(".last")?.textContent ?? "";
      return symbol ? [{ symbol, price: Number(text.replaceAll(",", "")) }] : [];
    });
    // A change in a frame's callback is painted at the end of the frame.
    const { port1, port2 } = new MessageChannel();
    port1.onmessage = () => {
      const ms = performance.timeOrigin + performance.now();
      for (const each of shown) painted.push({ ...each, ms });
    };
    port2.postMessage(0);
  }).observe(document.querySelector(".watchlist") as Node, {
    subtree: true,
    characterData: true,
    childList: true,
  });
}

function clickAndWait(quantity: string): Promise<number> {
  return new Promise((resolve) => {
    const began = performance.now();
    const observer = new MutationObserver(() => {
      const cell = document.querySelector('tr[data-position="AAPL"] [data-cell="qty"]');
      if (cell?.textContent !== quantity) return;
      observer.disconnect();
      requestAnimationFrame(() => {
        const { port1, port2 } = new MessageChannel();
        port1.onmessage = () => resolve(performance.now() - began);
        port2.postMessage(0);
      });
    });
    observer.observe(document.body, { subtree: true, characterData: true, childList: true });
    document.querySelector<HTMLButtonElement>(".ticket button[type=submit]")?.click();
  });
}

interface Tasks {
  longest: number[];
}

/** Record the tasks of more than 50 ms. */
function recordLongTasks(): void {
  const longest: number[] = [];
  Object.assign(globalThis, { longest });
  new PerformanceObserver((list) => {
    longest.push(...list.getEntries().map(({ duration }) => duration));
  }).observe({ entryTypes: ["longtask"] });
}

async function scrollToTheEnd(rows: number): Promise<void> {
  const panel = document.getElementById("panel") as HTMLElement;
  const count = () => panel.querySelector("table")?.getAttribute("aria-rowcount");
  while (count() !== String(rows + 1)) {
    panel.scrollTo(0, panel.scrollHeight);
    await new Promise(requestAnimationFrame);
  }
  for (let part = 0; part < 1; part += 0.01) {
    panel.scrollTo(0, panel.scrollHeight * part);
    await new Promise(requestAnimationFrame);
  }
}

interface Measured {
  measured: { TradingClient: new () => Client };
  onReconnected: () => void;
}
interface Client {
  feeds: { equity(of: { accountId: string }, listener: object): { confirmed: Promise<void> } };
}

async function subscribeMany(count: number): Promise<void> {
  const page = globalThis as unknown as Measured;
  const { feeds } = new page.measured.TradingClient();
  const listener = { onData: () => {}, onReconnected: () => page.onReconnected() };
  const all = Array.from({ length: count }, (_, n) =>
    feeds.equity({ accountId: `MANY-${n}` }, listener),
  );
  await Promise.all(all.map(({ confirmed }) => confirmed));
}

function untilReconnected(count: number): Promise<number> {
  const began = performance.now();
  let left = count;
  return new Promise((resolve) => {
    (globalThis as unknown as Measured).onReconnected = () => {
      left -= 1;
      if (left === 0) resolve(performance.now() - began);
    };
  });
}

// Functions that run in the test

const endedOrder = (number: number) => ({
  id: `order-${number}`,
  symbol: number % 2 === 0 ? "MSFT" : "AAPL",
  type: 1,
  side: 1,
  qty: (number * 7_919) % 10_007,
  limitPrice: 1,
  status: 1,
  updateTime: 1_700_000_000_000 + number * 1_000,
  version: 2,
});

async function endOrders(count: number): Promise<void> {
  const send = async (method: string, path: string, body?: object) => {
    const response = await fetch(`${backend.address}/api/v1/broker/${path}?account_id=ENDED`, {
      method,
      headers: { "Content-Type": "application/json" },
      ...(body && { body: JSON.stringify(body) }),
    });
    return response.json();
  };
  const order = { symbol: "BTCUSD", type: 1, side: 1, qty: 0.01, limitPrice: 1_000 };
  const endOne = async () => {
    const { orderId } = await send("POST", "orders", order);
    await send("DELETE", `orders/${orderId}`);
  };
  for (let placed = 0; placed < count; placed += SENT_TOGETHER) {
    await Promise.all(Array.from({ length: SENT_TOGETHER }, endOne));
  }
}

async function listenTo(symbols: string[]): Promise<Seen[]> {
  const received: Seen[] = [];
  const socket = new WebSocket(`${backend.address.replace("http", "ws")}/api/v1/ws`);
  await new Promise((resolve) => socket.addEventListener("open", resolve));
  socket.addEventListener("message", ({ data }) => {
    const ms = performance.timeOrigin + performance.now();
    const { type, payload } = JSON.parse(String(data));
    if (type === "quotes.update")
      received.push({ symbol: payload.payload.n, price: payload.payload.v.lp, ms });
  });
  // Another order of the symbols makes another topic, which the server updates at the same time.
  const payload = { symbols: [], fast_symbols: [...symbols].reverse() };
  socket.send(JSON.stringify({ type: "quotes.subscribe", payload }));
  return received;
}

function floodQuotes(
  send: (text: string) => void,
  topic: string,
  symbols: string[],
  like: { lp: number },
): () => void {
  let sent = 0;
  const began = Date.now();
  const timer = setInterval(() => {
    while (sent < ((Date.now() - began) / 1_000) * QUOTES_PER_S) {
      sent += 1;
      const n = symbols[sent % symbols.length];
      const lp = Number((like.lp * (1 + (sent % 7) / 1_000)).toFixed(2));
      send(
        JSON.stringify({
          type: "quotes.update",
          payload: { topic, payload: { s: "ok", n, v: { ...like, lp, bid: lp, ask: lp } } },
        }),
      );
    }
  }, 5);
  return () => clearInterval(timer);
}

async function bundledClient(): Promise<string> {
  const entry = new URL("../../../packages/client/src/index.ts", import.meta.url).pathname;
  const result = await build({
    configFile: false,
    logLevel: "error",
    resolve: { conditions: ["trading-api-source", "browser", "module", "import", "default"] },
    build: { write: false, lib: { entry, name: "measured", formats: ["iife"] } },
  });
  const [bundle] = Array.isArray(result) ? result : [result];
  const code = bundle && "output" in bundle ? bundle.output[0].code : "";
  return `${code}; globalThis.measured = measured;`;
}
