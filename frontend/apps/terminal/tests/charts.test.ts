import { beforeEach, expect, test } from "vitest";
import { Charts } from "../src/chart/chart-store.ts";
import { store } from "./support/storage.ts";

beforeEach(() => void store({}));

const symbols = (charts: Charts) => charts.all().map((chart) => chart.symbol());

test("charts of one letter show the same symbol, and others keep theirs", () => {
  const charts = new Charts();
  charts.selectSymbol("AAPL");
  charts.setGrid("four");
  expect(symbols(charts)).toEqual(["AAPL", "AAPL", "AAPL", "AAPL"]);
  const [first, second, third] = charts.all();
  if (!first || !second || !third) throw new Error("no charts");
  charts.link(second, "");
  charts.activate(second);
  charts.selectSymbol("EURUSD");
  expect(symbols(charts)).toEqual(["AAPL", "EURUSD", "AAPL", "AAPL"]);
  charts.activate(third);
  charts.selectSymbol("BTCUSD");
  expect(symbols(charts)).toEqual(["BTCUSD", "EURUSD", "BTCUSD", "BTCUSD"]);
  charts.link(second, "A");
  expect(symbols(charts)).toEqual(["BTCUSD", "BTCUSD", "BTCUSD", "BTCUSD"]);
});

test("new charts show the symbol in other resolutions, and removed ones keep their settings", () => {
  const charts = new Charts();
  charts.selectSymbol("AAPL");
  charts.setGrid("columns");
  const second = charts.all()[1];
  expect(charts.all().map((chart) => chart.resolution())).toEqual(["1", "15"]);
  if (!second) throw new Error("no chart");
  second.setResolution("60");
  charts.link(second, "");
  charts.activate(second);
  charts.selectSymbol("EURUSD");
  charts.setGrid("one");
  expect(charts.active().symbol()).toBe("AAPL");
  charts.setGrid("rows");
  expect(symbols(charts)).toEqual(["AAPL", "EURUSD"]);
  expect(second.resolution()).toBe("60");
});

test("a linked chart that is added again shows the present symbol of its letter", () => {
  const charts = new Charts();
  charts.selectSymbol("AAPL");
  charts.setGrid("columns");
  charts.setGrid("one");
  charts.selectSymbol("BTCUSD");
  charts.setGrid("columns");
  expect(symbols(charts)).toEqual(["BTCUSD", "BTCUSD"]);
});

test("the next chart becomes active, and the first one follows the last", () => {
  const charts = new Charts();
  charts.setGrid("columns");
  expect(charts.placeOf(charts.active())).toBe(1);
  charts.activateNext(1);
  expect(charts.placeOf(charts.active())).toBe(2);
  charts.activateNext(1);
  expect(charts.placeOf(charts.active())).toBe(1);
  charts.activateNext(-1);
  expect(charts.placeOf(charts.active())).toBe(2);
  charts.setGrid("one");
  expect(charts.placeOf(charts.active())).toBe(0);
});

test("charts are remembered, and what is stored and not valid is ignored", () => {
  store({
    "charts.grid": "columns",
    "charts.active": "2",
    "chart.1.symbol": 7,
    "chart.2.symbol": "EURUSD",
    "chart.2.resolution": "{broken",
  });
  const charts = new Charts();
  expect(charts.active().symbol()).toBe("EURUSD");
  expect(charts.active().resolution()).toBe("15");
  expect(symbols(charts)).toEqual(["", "EURUSD"]);
  store({ "charts.grid": "toString" });
  expect(new Charts().grid()).toBe("one");
});

test("a snapshot restores all settings of the charts, and removes others", () => {
  const charts = new Charts();
  charts.selectSymbol("AAPL");
  const type = charts.active().setting("type", "candles");
  type[1](() => "line");
  const snapshot = JSON.parse(JSON.stringify(charts.snapshot()));
  charts.setGrid("four");
  charts.selectSymbol("BTCUSD");
  charts.all()[0]?.setResolution("5");
  type[1](() => "area");
  charts
    .active()
    .setting("later", 1)[1](() => 2);
  charts.setCrosshairLinked(false);
  charts.restore(snapshot);
  expect(charts.grid()).toBe("one");
  expect(symbols(charts)).toEqual(["AAPL"]);
  expect(charts.active().resolution()).toBe("1");
  expect(type[0]()).toBe("line");
  expect(charts.active().setting("later", 1)[0]()).toBe(1);
  expect(charts.isCrosshairLinked()).toBe(true);
});

test("a snapshot has what this tab shows, whatever another tab has stored", () => {
  const [mine, other] = [new Charts(), new Charts()];
  mine.selectSymbol("AAPL");
  other.selectSymbol("BTCUSD");
  other.active().setResolution("60");
  expect(mine.snapshot().charts[0]).toMatchObject({ symbol: "AAPL", resolution: "1" });
  expect(other.snapshot().charts[0]).toMatchObject({ symbol: "BTCUSD", resolution: "60" });
});
