import type { Browser, BrowserContextOptions, Locator, Page } from "playwright-core";
import { expect } from "vitest";
import { inWindow } from "./revealing-page.ts";
import { colorScheme, WINDOW, windowName } from "./window.ts";

export type Panel =
  | "Positions"
  | "Orders"
  | "History"
  | "Fills"
  | "Summary"
  | "Equity"
  | "Statistics"
  | "Closed trades"
  | "Alerts";

/**
 * The terminal in its own browser context, with the actions and the view of a user. In a window that
 * the test does not size, each action shows the view of what it acts on.
 */
export class TerminalPage {
  readonly page: Page;
  /** The errors of the page, including refused scripts and styles. A test fails for any. */
  readonly faults: string[] = [];

  private constructor(page: Page) {
    this.page = page;
    page.on("pageerror", (error) => this.faults.push(error.message));
    page.on("console", (message) => {
      const isNetwork = /Failed to load resource|WebSocket connection/.test(message.text());
      if (message.type() === "error" && !isNetwork) this.faults.push(message.text());
    });
  }

  static async open(
    browser: Browser,
    address: string,
    { account, symbol, isLoaded, ...options }: Opening = {},
  ): Promise<TerminalPage> {
    const isSized = options.viewport !== undefined;
    const context = await browser.newContext({
      ...(isSized ? { colorScheme } : WINDOW),
      ...options,
    });
    context.setDefaultTimeout(10_000);
    const page = await context.newPage();
    const shown = isSized ? page : inWindow(page);
    return TerminalPage.openIn(shown, address, { account, symbol, isLoaded });
  }

  /** Open the terminal in an existing page. */
  static async openIn(
    page: Page,
    address: string,
    { account = "DEMO-ACCOUNT", symbol = "AAPL", isLoaded = true }: TerminalOptions = {},
  ): Promise<TerminalPage> {
    const terminal = new TerminalPage(page);
    await page.goto(`${address}/?account=${account}&symbol=${symbol}`);
    if (isLoaded) await terminal.isLoaded();
    return terminal;
  }

  async close(): Promise<void> {
    expect(this.faults).toEqual([]);
    await this.page.context().close();
  }

  async isLoaded(): Promise<void> {
    await this.page.locator('.chart .canvas[data-state="ready"]').waitFor();
    // What is loaded after the first candles.
    await this.page.locator(".view-legend").first().waitFor({ state: "attached" });
    await this.badge("Live");
  }

  badge(text: string | RegExp): Promise<void> {
    return this.page
      .getByRole("status", { name: "Connection" })
      .filter({ hasText: text })
      .waitFor();
  }

  /** Show a view of a phone. A wide screen shows all of them. */
  async view(name: "Chart" | "Trade" | "Watch" | "Account"): Promise<void> {
    const views = this.page.getByRole("navigation", { name: "Views" });
    const button = views.getByRole("button", { name });
    if (await button.isVisible()) await button.click();
    if (name !== "Watch") return;
    // A tablet shows it, or the book, under the ticket.
    const choice = this.page.getByRole("radio", { name: "Watchlist", exact: true });
    if (await choice.isVisible()) await choice.click();
  }

  // The ticket

  get ticket(): Locator {
    return this.page.getByRole("region", { name: "Order ticket" });
  }

  async fill(label: string, value: number | string, within: Locator = this.ticket): Promise<void> {
    await within.getByRole("textbox", { name: label, exact: true }).fill(String(value));
  }

  async fillTicket(order: {
    side?: "Buy" | "Sell";
    type?: "Market" | "Limit" | "Stop" | "Stop limit";
    quantity: number;
    limit?: number;
    stop?: number;
    takeProfit?: number;
    stopLoss?: number;
  }): Promise<void> {
    const { side = "Buy", type = "Market", quantity, limit, stop, takeProfit, stopLoss } = order;
    await this.ticket.getByRole("radio", { name: new RegExp(`^${side}`) }).click();
    await this.ticket.getByRole("radio", { name: type, exact: true }).click();
    await this.fill("Quantity", quantity);
    if (stop !== undefined) await this.fill("Stop price", stop.toFixed(2));
    if (limit !== undefined) await this.fill("Limit price", limit.toFixed(2));
    const hasBrackets = takeProfit !== undefined || stopLoss !== undefined;
    const brackets = this.ticket.getByRole("checkbox", { name: "Take profit and stop loss" });
    // Not every venue has brackets.
    if (hasBrackets || (await brackets.count()) > 0) await brackets.setChecked(hasBrackets);
    if (!hasBrackets) return;
    await this.fill("Take profit", takeProfit?.toFixed(2) ?? "");
    await this.fill("Stop loss", stopLoss?.toFixed(2) ?? "");
  }

  async place(): Promise<void> {
    await this.ticket.locator("button[type=submit]").click();
  }

  /** Return the prices on the ticket's two buttons. */
  async quote(): Promise<{ bid: number; ask: number }> {
    const read = async (name: RegExp) =>
      parseNumber(await this.ticket.getByRole("radio", { name }).locator("b").innerText());
    await expect.poll(() => read(/^Buy/)).toBeGreaterThan(0);
    return { bid: await read(/^Sell/), ask: await read(/^Buy/) };
  }

  // The account

  async show(panel: Panel): Promise<void> {
    await this.page.getByRole("tab", { name: panel }).click();
    // It may be loaded only now.
    await this.page.locator("#panel > *").first().waitFor({ state: "attached" });
  }

  position(symbol: string): Locator {
    return this.page.locator(`tr[data-position="${symbol}"]`);
  }

  get orders(): Locator {
    return this.page.locator("tr[data-order]");
  }

  // The chart

  get lines(): Locator {
    return this.page.locator(".price-line");
  }

  line(title: string): Locator {
    return this.lines.filter({ has: this.page.getByText(title, { exact: true }) });
  }

  /** Turn one-click trading on. A phone has the switch in the menu of the chart. */
  async turnOneClickOn(): Promise<void> {
    const name = "One-click trading";
    if (windowName === "phone") {
      await this.page.getByRole("button", { name: /^Trade at/ }).press("Enter");
      await this.page.getByRole("menuitemcheckbox", { name, checked: false }).click();
    } else await this.page.getByRole("switch", { name, checked: false }).click();
    await this.page.getByRole("switch", { name, checked: true }).waitFor();
  }

  cell(row: Locator, name: string): Locator {
    return row.locator(`[data-cell="${name}"]`);
  }

  async figure(name: string): Promise<number> {
    return parseNumber(await this.page.locator(`[data-figure="${name}"]`).first().innerText());
  }

  toast(text: string | RegExp): Locator {
    return this.page.locator(".toast").filter({ hasText: text }).last();
  }
}

interface TerminalOptions {
  account?: string | undefined;
  symbol?: string | undefined;
  /** Whether to wait until the terminal is loaded. */
  isLoaded?: boolean | undefined;
}

export interface Opening extends BrowserContextOptions, TerminalOptions {}

/** Return the number in a text of the screen, or NaN if there is none yet. */
export const parseNumber = (text: string): number =>
  Number(text.replaceAll(",", "").replace("\u2212", "-").replace("+", ""));
