// The arrangement of the screen: several charts, sizes of panes, layouts, keys, narrow windows.
import type { Locator } from "playwright-core";
import { expect, test } from "vitest";
import { TerminalTests } from "./support/terminal-tests.ts";
import { onlyIn, windowName } from "./support/window.ts";

const tests = TerminalTests.stepped("WORKSPACE");

const widthOf = async (locator: Locator) => Math.round((await locator.boundingBox())?.width ?? 0);

test("the edge of a pane is moved by mouse and keys, remembered, and reset", async (context) => {
  onlyIn(context, ["desktop"], "a narrow window has no edge of the watchlist");
  const terminal = await tests.open();
  const { page } = terminal;
  const watchlist = page.getByRole("region", { name: "Watchlist" });
  const edge = page.getByRole("separator", { name: "Size of: Watchlist" });
  const before = await widthOf(watchlist);
  await expect.poll(() => edge.getAttribute("aria-valuenow")).toBe(String(before));
  const box = await edge.boundingBox();
  if (box === null) throw new Error("no edge");
  await page.mouse.move(box.x + 4, box.y + 300);
  await page.mouse.down();
  await page.mouse.move(box.x + 54, box.y + 300, { steps: 5 });
  await page.mouse.up();
  await expect.poll(() => widthOf(watchlist)).toBe(before + 50);
  await edge.press("ArrowLeft");
  await expect.poll(() => widthOf(watchlist)).toBe(before + 34);
  expect(await edge.getAttribute("aria-valuenow")).toBe(String(before + 34));
  await page.reload();
  await terminal.isLoaded();
  expect(await widthOf(watchlist)).toBe(before + 34);
  await edge.press("Enter");
  await watchlist.waitFor({ state: "hidden" });
  await edge.press("Enter");
  await edge.dblclick();
  await expect.poll(() => widthOf(watchlist)).toBe(before);
  await edge.press("End");
  await expect.poll(() => widthOf(watchlist)).toBe(1440 * 0.4);
});

test("four charts share a symbol and a crosshair, and keys choose the active one", async (context) => {
  onlyIn(context, ["desktop", "tablet"], "a phone has the room of one chart");
  const terminal = await tests.open();
  const { page } = terminal;
  const subscribed = new Set<string>();
  page.on("websocket", (socket) =>
    socket.on("framesent", ({ payload: frame }) => {
      const { type, payload } = JSON.parse(String(frame));
      if (type === "bars.subscribe") subscribed.add(JSON.stringify(payload));
      if (type === "bars.unsubscribe") subscribed.delete(JSON.stringify(payload));
    }),
  );
  await page.reload();
  await terminal.isLoaded();
  await page.keyboard.press("w");
  const dialog = page.getByRole("dialog", { name: "Layout" });
  await dialog.getByRole("radio", { name: "4", exact: true }).click();
  await dialog.getByRole("button", { name: "Close" }).click();
  const charts = page.locator(".chart");
  await expect.poll(() => charts.count()).toBe(4);
  await expect.poll(() => page.locator('.chart .canvas[data-state="ready"]').count()).toBe(4);
  await expect.poll(() => subscribed.size).toBe(4);
  const chart = (place: number) => page.getByRole("region", { name: `Chart ${place}, of` });
  expect(await chart(1).getAttribute("data-active")).toBe("true");

  // The line of the time is at the same bar on the others. They show its values.
  const legend = (place: number) => chart(place).getByTestId("legend").locator(".ohlc");
  const before = await legend(2).innerText();
  const box = await chart(1).boundingBox();
  if (box === null) throw new Error("no chart");
  await page.mouse.move(box.x + 60, box.y + box.height / 2);
  await expect.poll(() => legend(2).innerText()).not.toBe(before);
  await page.mouse.move(box.x + 60, box.y - 60);
  await expect.poll(() => legend(2).innerText()).toBe(before);

  // The second chart is not linked any more, and shows another symbol.
  await chart(2)
    .getByRole("button", { name: /shows the symbol of the charts A/ })
    .click();
  await chart(2)
    .getByRole("button", { name: /charts B/ })
    .waitFor();
  expect(await chart(2).getAttribute("data-active")).toBe("true");
  await page
    .locator('tr[data-symbol="EURUSD"]')
    .getByRole("button", { name: /^EURUSD/ })
    .click();
  await page.getByRole("region", { name: "Chart 2, of EURUSD" }).waitFor();
  await page.getByRole("region", { name: "Chart 1, of AAPL" }).waitFor();
  const ticket = terminal.ticket.locator(".of, header").first();
  await expect.poll(() => ticket.innerText()).toContain("EURUSD");
  await page.locator("body").press("Shift+K");
  await expect.poll(() => chart(1).getAttribute("data-active")).toBe("true");
  await expect.poll(() => ticket.innerText()).toContain("AAPL");

  // A chart that is removed and added again has its settings.
  await page.keyboard.press("g");
  await expect.poll(() => charts.count()).toBe(1);
  await expect.poll(() => subscribed.size).toBe(1);
  await page.keyboard.press("g");
  await page.getByRole("region", { name: "Chart 2, of EURUSD" }).waitFor();
});

test("a layout is saved, loaded after a reload, renamed and deleted", async () => {
  const terminal = await tests.open();
  const { page } = terminal;
  // A phone shows one chart of a layout, and the ticket in its whole width.
  const isPhone = windowName === "phone";
  const charts = () => page.locator(".chart-grid").getAttribute("data-grid");
  await page.keyboard.press("g");
  await expect.poll(charts).toBe("columns");
  await expect.poll(() => page.locator(".chart").count()).toBe(isPhone ? 1 : 2);
  const edge = page.getByRole("separator", { name: "Size of: Order ticket" });
  if (!isPhone) await edge.press("ArrowLeft");
  const width = await widthOf(terminal.ticket);
  await page.locator("body").press("w");
  const dialog = page.getByRole("dialog", { name: "Layout" });
  await dialog.getByLabel("Save this layout as").fill("Two charts");
  await page.keyboard.press("Enter");
  await dialog.getByRole("button", { name: "Two charts", exact: true }).waitFor();
  const one = dialog.getByRole("radio", { name: "1", exact: true });
  const usual = dialog.getByRole("button", { name: "One chart and the usual sizes" });
  await (isPhone ? one : usual).click();
  await expect.poll(() => widthOf(terminal.ticket)).toBe(isPhone ? width : width - 16);
  expect(await charts()).not.toBe("columns");
  expect(await page.locator(".chart").count()).toBe(1);
  await page.reload();
  await terminal.isLoaded();
  await page.keyboard.press("w");
  await dialog.getByRole("button", { name: "Two charts", exact: true }).click();
  await expect.poll(charts).toBe("columns");
  await expect.poll(() => page.locator(".chart").count()).toBe(isPhone ? 1 : 2);
  await expect.poll(() => widthOf(terminal.ticket)).toBe(width);
  await page.keyboard.press("w");
  await dialog.getByRole("button", { name: "Rename Two charts" }).click();
  await dialog.getByLabel("New name of Two charts").fill("Both");
  await page.keyboard.press("Enter");
  await dialog.getByRole("button", { name: "Delete Both" }).click();
  await dialog.getByText("None yet").waitFor();
});

test("the chosen account, the panel and the symbols are remembered, and the address overrides", async () => {
  const terminal = await tests.open({ account: "DEMO-ACCOUNT" });
  const { page } = terminal;
  await terminal.show("Fills");
  await page
    .locator('tr[data-symbol="EURUSD"]')
    .getByRole("button", { name: /^EURUSD/ })
    .click();
  const chosen = (id: string) =>
    page.getByRole("button", { name: new RegExp(`^Account .* ${id}: change$`) });
  const created = await fetch(`${tests.address}/api/v1/broker/accounts/REMEMBERED`, {
    method: "PUT",
    headers: { "Content-Type": "application/json" },
    body: JSON.stringify({}),
  });
  expect(created.ok).toBe(true);
  await chosen("DEMO-ACCOUNT").click();
  await page.locator('li[data-account="REMEMBERED"]').getByRole("button").first().click();
  await chosen("REMEMBERED").waitFor();
  await page.goto(`${tests.address}/`);
  await terminal.isLoaded();
  await chosen("REMEMBERED").waitFor();
  await page.getByRole("region", { name: "Chart of EURUSD" }).waitFor();
  expect(await page.getByRole("tab", { name: "Fills" }).getAttribute("aria-selected")).toBe("true");
  await page.goto(`${tests.address}/?account=DEMO-ACCOUNT&symbol=AAPL`);
  await chosen("DEMO-ACCOUNT").waitFor();
  await page.getByRole("region", { name: "Chart of AAPL" }).waitFor();
});

test("a phone places orders at the thumb, and its chart fills the screen on its side", async () => {
  const account = "PHONE";
  const terminal = await tests.open({
    account,
    viewport: { width: 320, height: 640 },
    hasTouch: true,
    isMobile: true,
  });
  const { page } = terminal;
  const excess = () => page.evaluate(() => document.documentElement.scrollWidth - innerWidth);
  for (const view of ["Chart", "Watch", "Account", "Trade"] as const) {
    await terminal.view(view);
    expect(await excess()).toBe(0);
  }
  // The button is above the views, also while the rest of the ticket is scrolled.
  const place = terminal.ticket.locator("button[type=submit]");
  const views = page.getByRole("navigation", { name: "Views" });
  const gap = async () => {
    const [button, nav] = [await place.boundingBox(), await views.boundingBox()];
    return (nav?.y ?? 0) - (button?.y ?? 0) - (button?.height ?? 0);
  };
  expect(await gap()).toBe(8);
  await page.locator(".side").evaluate((side) => side.scrollTo(0, side.scrollHeight));
  expect(await gap()).toBe(8);
  expect((await place.boundingBox())?.height).toBeGreaterThanOrEqual(44);
  const quantity = terminal.ticket.getByLabel("Quantity", { exact: true });
  expect(await quantity.getAttribute("inputmode")).toBe("decimal");
  await terminal.fill("Quantity", 1);
  await place.tap();
  await expect.poll(() => positions(account)).toEqual([1]);

  // Two charts: the button over the chart shows the next one.
  await page.setViewportSize({ width: 740, height: 360 });
  await terminal.view("Chart");
  const canvas = async () => (await page.locator(".chart .canvas").boundingBox())?.height ?? 0;
  await expect.poll(canvas).toBeGreaterThan(200);
  expect(await excess()).toBe(0);
  await page.getByRole("button", { name: "Layout", exact: true }).tap();
  const dialog = page.getByRole("dialog", { name: "Layout" });
  await dialog.getByRole("radio", { name: "2 rows" }).tap();
  await dialog.getByRole("button", { name: "Close" }).tap();
  await page.getByRole("button", { name: "Chart 1/2: show the next" }).tap();
  await page.getByRole("region", { name: "Chart 2, of AAPL" }).waitFor();
  expect(await page.locator(".chart").count()).toBe(1);
  for (const view of ["Trade", "Watch", "Account"] as const) {
    await terminal.view(view);
    expect(await excess()).toBe(0);
  }
});

test("a tablet shows the watchlist or the book under the ticket, and a finger moves the edge", async () => {
  const terminal = await tests.open({
    viewport: { width: 1100, height: 820 },
    hasTouch: true,
  });
  const { page } = terminal;
  const watchlist = page.getByRole("region", { name: "Watchlist" });
  const choice = page.getByRole("radiogroup", { name: "Under the ticket" });
  await choice.getByRole("radio", { name: "Book and trades" }).tap();
  await watchlist.waitFor({ state: "hidden" });
  await page.locator(".market .level").first().waitFor();
  await choice.getByRole("radio", { name: "Watchlist" }).tap();
  await watchlist.waitFor();
  const edge = page.getByRole("separator", { name: "Size of: Order ticket" });
  const before = await widthOf(terminal.ticket);
  const box = await edge.boundingBox();
  if (box === null) throw new Error("no edge");
  const [x, y] = [box.x + 4, box.y + box.height / 2];
  const session = await page.context().newCDPSession(page);
  const touch = (
    type: "touchStart" | "touchMove" | "touchEnd",
    points: { x: number; y: number }[],
  ) => session.send("Input.dispatchTouchEvent", { type, touchPoints: points });
  await touch("touchStart", [{ x, y }]);
  for (const moved of [-20, -40, -60]) await touch("touchMove", [{ x: x + moved, y }]);
  await touch("touchEnd", []);
  await expect.poll(() => widthOf(terminal.ticket)).toBe(before + 60);
});

/** Return the quantities of the positions of an account, as the server has them. */
async function positions(account: string): Promise<number[]> {
  const answer = await fetch(`${tests.address}/api/v1/broker/positions?account_id=${account}`);
  const found: { qty: number }[] = await answer.json();
  return found.map(({ qty }) => qty);
}
