import { beforeEach, expect, test } from "vitest";
import { Charts } from "../src/chart/chart-store.ts";
import { LAYOUTS_MAX, Layouts } from "../src/workspace/layouts.ts";
import { Workspace } from "../src/workspace/workspace.ts";
import { store } from "./support/storage.ts";

let charts: Charts;
let workspace: Workspace;
let layouts: Layouts;

function open(): void {
  charts = new Charts();
  workspace = new Workspace(() => "wide");
  layouts = new Layouts({ charts, workspace });
}

beforeEach(() => {
  store({});
  open();
  charts.selectSymbol("AAPL");
});

test("a layout restores the charts and the panes, also on another page", () => {
  charts.setGrid("columns");
  charts.all()[1]?.setResolution("60");
  workspace.setSize("side", 300);
  expect(layouts.save("Two")).toBe(true);
  layouts.reset();
  expect([charts.grid(), workspace.size("side"), layouts.current()]).toEqual([
    "one",
    undefined,
    "",
  ]);
  charts.all()[0]?.setResolution("5");
  open();
  expect(layouts.names).toEqual(["Two"]);
  layouts.load("Two");
  expect([charts.grid(), workspace.size("side"), layouts.current()]).toEqual([
    "columns",
    300,
    "Two",
  ]);
  expect(charts.all().map((chart) => chart.resolution())).toEqual(["1", "60"]);
});

test("a layout is replaced, renamed and removed", () => {
  layouts.save("One");
  charts.setGrid("four");
  layouts.save("Four");
  layouts.save("One");
  expect(layouts.names).toEqual(["One", "Four"]);
  expect(layouts.rename("One", "Four")).toBe(false);
  expect(layouts.rename("One", " ")).toBe(false);
  expect(layouts.rename("One", "Charts")).toBe(true);
  expect([layouts.names, layouts.current()]).toEqual([["Charts", "Four"], "Charts"]);
  charts.setGrid("one");
  layouts.loadNext();
  expect(layouts.current()).toBe("Four");
  layouts.loadNext();
  expect([layouts.current(), charts.grid()]).toEqual(["Charts", "four"]);
  layouts.remove("Charts");
  layouts.remove("unknown");
  expect([layouts.names, layouts.current()]).toEqual([["Four"], ""]);
});

test("the number of layouts, and the length of one, are bounded", () => {
  for (let number = 1; number <= LAYOUTS_MAX; number += 1) layouts.save(`${number}`);
  expect(layouts.save("one more")).toBe(false);
  expect(layouts.save("1")).toBe(true);
  charts
    .active()
    .setting("template", "")[1](() => "x".repeat(60_000));
  expect(layouts.save("1")).toBe(false);
  expect(layouts.save("")).toBe(false);
});

test("what is stored and no layout is left out, and the others stay", () => {
  layouts.save("Good");
  const good = JSON.parse(localStorage.getItem("trading_api.layouts") ?? "")[0];
  const broken = [
    7,
    null,
    { ...good, name: 3 },
    { ...good, name: "x", panes: [] },
    { ...good, name: "x", charts: { ...good.charts, grid: "nine" } },
    { ...good, name: "x", charts: { ...good.charts, charts: [3] } },
  ];
  store({ layouts: [...broken, good] });
  open();
  expect(layouts.names).toEqual(["Good"]);
  store({ layouts: { length: 3 } });
  open();
  expect(layouts.names).toEqual([]);
  store({ layouts: "{broken" });
  open();
  expect(layouts.save("New")).toBe(true);
});
