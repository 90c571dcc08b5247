import type { Panel, TerminalPage } from "./terminal-page.ts";

/** A part of the terminal that the tests of accessibility and of overflow visit. */
export interface Screen {
  name: string;
  /** Show it on the loaded terminal, on a wide screen and on a phone. */
  open(terminal: TerminalPage): Promise<void>;
}

const panel = (name: Panel): Screen => ({
  name: `panel ${name}`,
  async open(terminal) {
    await terminal.view("Account");
    await terminal.show(name);
  },
});

const dialog = (name: string, key: string): Screen => ({
  name: `dialog ${name}`,
  async open({ page }) {
    await page.locator("body").press(key);
    await page.getByRole("dialog").waitFor();
  },
});

/** Press the key of the next arrangement until there are so many charts. A phone shows one. */
const charts = (name: string, count: number): Screen => ({
  name,
  async open(terminal) {
    await terminal.view("Chart");
    const { page } = terminal;
    const grid = () => page.locator(".chart-grid").getAttribute("data-grid");
    const wanted = count === 2 ? "columns" : "four";
    while ((await grid()) !== wanted) await page.locator("body").press("g");
    await page.locator('.chart .canvas[data-state="ready"]').last().waitFor();
  },
});

/** A tablet shows one of these under the ticket. */
async function aside({ page }: TerminalPage, part: "Watchlist" | "Book and trades"): Promise<void> {
  const choice = page.getByRole("radio", { name: part, exact: true });
  if (await choice.isVisible()) await choice.click();
}

async function marketPart(terminal: TerminalPage, part: "Book" | "Trades"): Promise<void> {
  await terminal.view("Trade");
  await aside(terminal, "Book and trades");
  const { page } = terminal;
  await page.getByRole("radio", { name: part, exact: true }).click();
  await page.getByRole("region", { name: part, exact: true }).waitFor();
}

const watchlists: Screen = {
  name: "dialog of the watchlists",
  async open(terminal) {
    await terminal.view("Watch");
    await aside(terminal, "Watchlist");
    const { page } = terminal;
    await page.getByRole("button", { name: "Edit the lists and columns" }).click();
    await page.getByRole("dialog").getByRole("checkbox", { name: "Day range" }).check();
  },
};

const indicators = (name: string, settingsOf?: string): Screen => ({
  name,
  async open(terminal) {
    const { page } = terminal;
    await terminal.view("Chart");
    await page.getByRole("button", { name: "Indicators", exact: true }).click();
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Add Bollinger bands" }).click();
    await dialog.getByRole("button", { name: "Add Relative strength index" }).click();
    if (settingsOf === undefined) await page.keyboard.press("Escape");
    else await dialog.getByRole("button", { name: settingsOf }).last().click();
  },
});

const riskTicket: Screen = {
  name: "ticket by risk",
  async open(terminal) {
    await terminal.view("Trade");
    await terminal.ticket.getByRole("radio", { name: "Risk", exact: true }).click();
    await terminal.fill("Lose at most", 100);
  },
};

const tableOptions: Screen = {
  name: "dialog of a table",
  async open(terminal) {
    await terminal.view("Account");
    await terminal.show("Orders");
    await terminal.page.getByRole("button", { name: "Orders: columns, order, export" }).click();
    await terminal.page.getByRole("dialog").waitFor();
  },
};

/** Open the menu at the last price of the chart, and with an `entry` what it leads to. */
const chartMenu = (name: string, entry?: RegExp): Screen => ({
  name,
  async open(terminal) {
    const { page } = terminal;
    await terminal.view("Chart");
    await page.getByRole("button", { name: /^Trade at/ }).focus();
    await page.keyboard.press("Enter");
    await page.getByRole("menu").waitFor();
    if (entry === undefined) return;
    await page.getByRole("menuitem", { name: entry }).click();
    await page.getByRole("dialog").getByText("Margin required, estimated").waitFor();
  },
});

const drawing = (name: string, button: string): Screen => ({
  name,
  async open(terminal) {
    const { page } = terminal;
    await terminal.view("Chart");
    await page.locator("body").press("Shift+I");
    const dialog = page.getByRole("dialog");
    await dialog.getByRole("button", { name: "Add", exact: true }).click();
    await dialog.getByRole("button", { name: button }).click();
    if (button === "Done") await page.locator(".drawing-handle").first().waitFor();
  },
});

/** Each screen is opened on a page of its own state: the one before is closed with Escape. */
export const SCREENS: readonly Screen[] = [
  { name: "chart", open: (terminal) => terminal.view("Chart") },
  { name: "ticket", open: (terminal) => terminal.view("Trade") },
  { name: "order book", open: (terminal) => marketPart(terminal, "Book") },
  { name: "trades", open: (terminal) => marketPart(terminal, "Trades") },
  { name: "watchlist", open: (terminal) => terminal.view("Watch") },
  watchlists,
  panel("Orders"),
  panel("History"),
  panel("Fills"),
  panel("Summary"),
  panel("Equity"),
  panel("Statistics"),
  panel("Closed trades"),
  tableOptions,
  panel("Alerts"),
  chartMenu("menu of the chart"),
  chartMenu("confirmation of an order", /^Buy /),
  dialog("search", "/"),
  drawing("chart with a drawing", "Done"),
  drawing("dialog drawings", "Back to the list"),
  indicators("chart with indicators"),
  indicators("dialog settings of an indicator", "Settings of BB 20 2"),
  dialog("help", "?"),
  dialog("go to date", "j"),
  {
    name: "dialog compare",
    async open(terminal) {
      await terminal.view("Chart");
      await terminal.page.getByRole("button", { name: "Compare", exact: true }).click();
      await terminal.page.getByRole("dialog").getByRole("listitem").first().waitFor();
    },
  },
  {
    name: "dialog accounts",
    async open({ page }) {
      await page.getByRole("button", { name: /^Account .*: change$/ }).click();
      await page
        .getByRole("listitem")
        .getByRole("button", { name: /^Manage/ })
        .first()
        .waitFor();
    },
  },
  {
    name: "dialog manage an account",
    async open({ page }) {
      await page.getByRole("button", { name: /^Account .*: change$/ }).click();
      await page
        .getByRole("button", { name: /^Manage/ })
        .first()
        .click();
      await page.getByRole("form", { name: "Reset the account" }).waitFor();
    },
  },
  dialog("notifications", "n"),
  dialog("alert", "a"),
  dialog("layout", "w"),
  charts("two charts", 2),
  charts("four charts", 4),
  // A ticket without a stop has no quantity for the screens above.
  riskTicket,
];
