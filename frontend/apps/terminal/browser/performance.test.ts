// The performance of accounts that have traded for weeks, by mouse, touch and keyboard.
import { fileURLToPath } from "node:url";
import type { ClosedTrade, EquityHistory, PerformanceStatistics } from "@trading-api/client";
import { RestClient } from "@trading-api/client";
import { expect, test } from "vitest";
import { boxOf, Finger } from "./support/finger.ts";
import { parseNumber, type TerminalPage } from "./support/terminal-page.ts";
import { TerminalTests } from "./support/terminal-tests.ts";
import { PHONE } from "./support/window.ts";

const script = fileURLToPath(new URL("support/traded_ledger.py", import.meta.url));
const ACCOUNTS = 4;
const DAYS = 40;
const tests = TerminalTests.steppedAlone("PERFORMANCE", [script, String(ACCOUNTS), String(DAYS)]);

const equity = () => tests.get<EquityHistory>("performance/equity");
const statistics = (query = "") =>
  tests.get<PerformanceStatistics>("performance/statistics", query);
const rest = () => new RestClient({ baseUrl: tests.server.address });
const percent = async (terminal: TerminalPage, name: string) =>
  parseNumber(
    (await terminal.page.locator(`[data-figure="${name}"]`).innerText()).replace("%", ""),
  );
const range = ({ page }: TerminalPage, name: string) =>
  page.getByRole("radiogroup", { name: "Range" }).getByRole("radio", { name, exact: true });
const money = (value: number) => Number(value.toFixed(2));

const curve = ({ page }: TerminalPage) => page.getByRole("slider", { name: "Equity over time" });
const chosen = async (terminal: TerminalPage) => {
  const text = (await curve(terminal).getAttribute("aria-valuetext")) ?? "";
  const [, at = "", value = "", drawdown = ""] =
    /^(.*): ([\d.,−-]+), drawdown ([\d.,]+)%$/.exec(text) ?? [];
  return { at, equity: parseNumber(value), drawdown: parseNumber(drawdown) };
};

test("the summary has the limits of margin, and the statistics are those of the server", async () => {
  const terminal = await tests.open();
  const { page } = terminal;
  await terminal.show("Summary");
  const [account, history] = [await rest().account(tests.account).equity(), await equity()];
  for (const [name, value] of Object.entries({
    equity: account.equity,
    balance: account.balance,
    openProfit: account.unrealizedPL,
    usedMargin: account.usedMargin ?? 0,
    freeMargin: account.freeMargin ?? 0,
  })) {
    expect(await terminal.figure(`summary-${name}`), name).toBeCloseTo(value, 2);
  }
  const level = (account.equity / (account.usedMargin ?? 0)) * 100;
  expect(await percent(terminal, "summary-marginLevel")).toBeCloseTo(level, 1);
  const [before, today] = history.points.slice(-2);
  const profit = (today?.equity ?? 0) - (before?.equity ?? 0);
  await expect.poll(() => terminal.figure("summary-dayProfit")).toBeCloseTo(profit, 2);
  const limits = page.getByRole("list", { name: "Limits of margin" }).getByRole("listitem");
  const margin = account.usedMargin ?? 0;
  const levels = [150, 120, 50].map((level) => (level * margin) / 100);
  for (const [index, limit] of levels.entries()) {
    const text = (await limits.nth(index).innerText()).replaceAll(",", "");
    expect(text).toContain(`equity ${money(limit)}`);
    expect(text).toContain(`${(account.equity - limit).toFixed(2)} (`);
  }
  expect(await limits.last().innerText()).toContain("Liquidation at 50.00%");
  expect(await page.getByRole("meter", { name: "Equity and the limits of margin" }).count()).toBe(
    1,
  );

  await terminal.show("Statistics");
  await page.locator('[data-figure="statistics-trades"]').waitFor();
  const compare = async (found: PerformanceStatistics) => {
    const { total } = found;
    const figures = {
      trades: total.trades,
      profitFactor: total.profitFactor ?? 0,
      averageWin: total.averageWin ?? 0,
      averageLoss: -(total.averageLoss ?? 0),
      profit: total.profit,
      fees: total.fees,
      netProfit: total.netProfit,
    };
    for (const [name, value] of Object.entries(figures)) {
      await expect
        .poll(() => terminal.figure(`statistics-${name}`), { message: name })
        .toBeCloseTo(value, 1);
    }
    const winRate = (total.winRate ?? 0) * 100;
    expect(await percent(terminal, "statistics-winRate")).toBeCloseTo(winRate, 1);
    for (const symbol of found.bySymbol) {
      const row = page.locator(`tr[data-part="${symbol.symbol}"]`);
      expect(parseNumber(await row.locator("td").last().innerText())).toBeCloseTo(
        symbol.netProfit,
        1,
      );
    }
    const days = page.getByRole("table", { name: "By day" }).locator("tbody tr");
    await expect.poll(() => days.count()).toBe(found.byDay.length);
  };
  const all = await statistics();
  expect(all.total.trades).toBe(DAYS * 2);
  await compare(all);
  await range(terminal, "All").focus();
  // The arrow keys go round: the first range is a week.
  await page.keyboard.press("ArrowRight");
  const week = (await tests.server.now()) - 7 * 86_400_000;
  await compare(await statistics(`&from_time=${week}`));
});

test("the curve shows each day with its drawdown and a live end, by keys and pointer and as a table", async () => {
  const terminal = await tests.open();
  const { page } = terminal;
  await terminal.show("Equity");
  const { points, startBalance } = await equity();
  await range(terminal, "All").click();
  const slider = curve(terminal);
  await slider.focus();
  const now = await chosen(terminal);
  expect(now.equity).toBe(money(points.at(-1)?.equity ?? 0));
  await page.keyboard.press("ArrowLeft");
  const yesterday = points.at(-2);
  expect(await chosen(terminal)).toEqual({
    at: "5 Jan 2026 00:00",
    equity: money(yesterday?.equity ?? 0),
    drawdown: money(yesterday?.drawdownPercent ?? 0),
  });
  await page.keyboard.press("Home");
  expect((await chosen(terminal)).equity).toBe(startBalance);
  await page.keyboard.press("End");
  expect(await chosen(terminal)).toEqual(now);
  await page.getByRole("checkbox", { name: "With deposits" }).uncheck();
  expect((await chosen(terminal)).equity).toBe(money((points.at(-1)?.equity ?? 0) - 5_000));
  await page.getByRole("checkbox", { name: "With deposits" }).check();
  await page.getByText("Table of the values").click();
  const rows = page.getByRole("table", { name: "Equity over time" }).locator("tbody tr");
  // The start, each day that has ended, and the present.
  await expect.poll(() => rows.count()).toBe(points.length + 1);
  expect(parseNumber(await rows.nth(1).locator("td").first().innerText())).toBe(
    money(yesterday?.equity ?? 0),
  );
  await range(terminal, "1W").click();
  await expect.poll(() => rows.count()).toBe(9);
  await page.getByText("Table of the values").click();

  // The end is live, and the pointer chooses a day.
  const before = await terminal.figure("equity");
  await tests.server.advanceUntil(async () => (await terminal.figure("equity")) !== before);
  await expect
    .poll(async () => (await chosen(terminal)).equity === (await terminal.figure("equity")))
    .toBe(true);
  const { x, y, height } = await boxOf(curve(terminal));
  await page.mouse.move(x + 1, y + height / 3);
  const first = await chosen(terminal);
  expect(first.at).not.toContain("Jan 2026");
  expect(await page.getByTestId("curve-value").innerText()).toContain(first.at);
  await page.mouse.move(x - 50, y);
  await range(terminal, "Session").click();
  expect((await chosen(terminal)).at).toContain("5 Jan 2026 10:3");
});

test("a finger chooses a day on a phone", async () => {
  const terminal = await tests.open({ ...PHONE, colorScheme: "light" });
  await terminal.view("Account");
  await terminal.show("Equity");
  const finger = await Finger.on(terminal);
  await curve(terminal).scrollIntoViewIfNeeded();
  const { x, y, height } = await boxOf(curve(terminal));
  const now = await chosen(terminal);
  await finger.down(x + 3, y + height / 3);
  await expect.poll(async () => (await chosen(terminal)).at).not.toBe(now.at);
  await finger.up();
});

test("closed trades are those of the server, and follow new ones and a reset of the account", async () => {
  const terminal = await tests.open();
  const { page } = terminal;
  await terminal.show("Closed trades");
  const rows = page.locator("tr[data-trade]");
  await rows.first().waitFor();
  const trades = await tests.get<ClosedTrade[]>("performance/trades");
  const newest = trades[0];
  if (newest === undefined) throw new Error("no trade");
  const row = page.locator(`tr[data-trade="${newest.seq}"]`);
  for (const [name, value] of Object.entries({
    qty: newest.qty,
    entryPrice: newest.entryPrice,
    exitPrice: newest.exitPrice,
    netProfit: newest.netProfit,
  })) {
    expect(parseNumber(await terminal.cell(row, name).innerText()), name).toBeCloseTo(value, 1);
  }
  await terminal.fillTicket({ side: "Sell", quantity: 10 });
  await terminal.place();
  await rows.first().filter({ hasText: "AAPL" }).waitFor();
  const [added] = await tests.get<ClosedTrade[]>("performance/trades");
  await page.locator(`tr[data-trade="${added?.seq}"]`).waitFor();
  expect(added?.symbol).toBe("AAPL");

  // A trade shows the chart of its symbol at the time of its exit.
  const foreign = trades.find(({ symbol }) => symbol === "BTCUSD");
  const exit = new Date(foreign?.exitTime ?? 0).toISOString().slice(11, 16);
  const link = page.locator(`tr[data-trade="${foreign?.seq}"]`).getByRole("button");
  await link.focus();
  await page.keyboard.press("Enter");
  await page.locator('section[aria-label="Chart of BTCUSD"]').waitFor();
  const period = page.getByTestId("period");
  await expect
    .poll(async () => {
      const [, from = "", to = ""] =
        /^4 Jan (?:2026 )?(\d\d:\d\d) to (?:4 Jan 2026 )?(\d\d:\d\d)$/.exec(
          await period.innerText(),
        ) ?? [];
      return from < exit && exit < to;
    })
    .toBe(true);

  // A reset of the account begins the figures again.
  await fetch(`${tests.server.address}/api/v1/broker/accounts/${tests.account}/reset`, {
    method: "POST",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({ balance: 7_000 }),
  });
  await page.getByText("No trade was closed yet.").waitFor();
  await terminal.show("Statistics");
  await page.getByText("Since 5 Jan 2026, when the account was reset").waitFor();
  await terminal.show("Equity");
  await expect.poll(async () => (await chosen(terminal)).equity).toBe(7_000);
  await terminal.show("Summary");
  await page.getByText("No margin is used.").waitFor();
});
