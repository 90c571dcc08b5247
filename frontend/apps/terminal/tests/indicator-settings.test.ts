import { beforeEach, expect, test } from "vitest";
import { ChartStore } from "../src/chart/chart-store.ts";
import { INDICATORS } from "../src/chart/indicators/catalog.ts";
import {
  IndicatorStore,
  indicatorTemplates,
  removeTemplate,
  saveTemplate,
} from "../src/chart/indicators/indicator-store.ts";
import {
  INDICATORS_MAX,
  initialSettings,
  validSettings,
} from "../src/chart/indicators/settings.ts";
import { indicators as texts } from "../src/texts/indicators.ts";
import { memoryStorage } from "./support/memory-storage.ts";

beforeEach(() => {
  globalThis.localStorage = memoryStorage();
});

const names = (store: IndicatorStore): string[] => store.list().map(({ type }) => type);

function storeOf(symbol: string): { chart: ChartStore; store: IndicatorStore } {
  const chart = new ChartStore("test");
  chart.selectSymbol(symbol);
  return { chart, store: new IndicatorStore(chart) };
}

test("every indicator, parameter and output has a text", () => {
  for (const { name, parameters, outputs } of INDICATORS) {
    expect(texts.names[name], name).toBeDefined();
    for (const each of parameters) expect(texts.parameters[each.name], each.name).toBeDefined();
    for (const each of outputs) expect(texts.outputs[each.name], each.name).toBeDefined();
  }
});

test("several indicators of a type are added, changed, ordered and removed", () => {
  const { store } = storeOf("AAPL");
  const [first, second] = [store.add("sma"), store.add("sma")] as [string, string];
  store.add("rsi");
  store.update(first, { parameters: [50] });
  expect(store.find(first)?.parameters).toEqual([50]);
  expect(store.find(second)?.parameters).toEqual([20]);
  store.move(second, 1);
  expect(names(store)).toEqual(["sma", "rsi", "sma"]);
  store.move(first, -1);
  store.remove(second);
  expect(names(store)).toEqual(["sma", "rsi"]);
  expect(names(storeOf("AAPL").store)).toEqual(["sma", "rsi"]);
  expect(store.add("nothing")).toBeNull();
});

test("a symbol may have its own indicators, and the others keep theirs", () => {
  const { chart, store } = storeOf("AAPL");
  store.add("sma");
  chart.selectSymbol("MSFT");
  store.setOwn(true);
  store.add("rsi");
  expect(names(store)).toEqual(["sma", "rsi"]);
  chart.selectSymbol("AAPL");
  expect(names(store)).toEqual(["sma"]);
  chart.selectSymbol("MSFT");
  expect(store.isOwn()).toBe(true);
  store.setOwn(false);
  expect(names(store)).toEqual(["sma"]);
});

test("a template is saved under a name, replaced and deleted", () => {
  const { store } = storeOf("AAPL");
  store.add("macd");
  saveTemplate("Mine", store.list());
  store.add("atr");
  saveTemplate("Mine", store.list());
  expect(indicatorTemplates().map(({ name }) => name)).toEqual(["Mine"]);
  const other = storeOf("MSFT").store;
  other.set(indicatorTemplates()[0]?.indicators ?? []);
  expect(names(other)).toEqual(["macd", "atr"]);
  removeTemplate("Mine");
  expect(indicatorTemplates()).toEqual([]);
});

test("a chart has a bounded number of indicators", () => {
  const { store } = storeOf("AAPL");
  for (let count = 0; count < INDICATORS_MAX; count += 1) expect(store.add("ema")).not.toBeNull();
  expect(store.add("ema")).toBeNull();
});

test("stored settings that are wrong are corrected or left out", () => {
  const [sma] = INDICATORS;
  if (sma === undefined) throw new Error("no indicators");
  const good = initialSettings(sma, "1");
  expect(validSettings([good, good, { ...good, id: "2", type: "none" }, null, 7])).toEqual([good]);
  const wrong = { parameters: [1e9], source: "x", colours: ["url(x)"], width: -1, isOnPrice: 1 };
  expect(validSettings([{ ...good, ...wrong }])).toEqual([good]);
  expect(validSettings("text")).toEqual([]);
});

test("the id of an indicator that was removed is not given to another one", () => {
  const { store } = storeOf("AAPL");
  const ids = new Set<string | null>();
  for (let added = 1; added <= 10; added += 1) {
    const id = store.add("rsi");
    ids.add(id);
    store.remove(id ?? "");
  }
  expect(ids.size).toBe(10);
});
