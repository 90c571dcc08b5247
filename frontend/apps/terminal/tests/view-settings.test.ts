import { expect, test } from "vitest";
import { ChartStore } from "../src/chart/chart-store.ts";
import { COMPARED_MAX, ViewSettings } from "../src/chart/view/view-settings.ts";

test("broken values of what is remembered are ignored", () => {
  const chart = new ChartStore("broken");
  const settings = new ViewSettings(chart);
  const broken: Record<string, unknown> = {
    type: "pie",
    scale: 7,
    zone: "moon",
    sessions: null,
    compared: ["MSFT", 5, null],
  };
  for (const [name, value] of Object.entries(broken)) chart.setting<unknown>(name, "")[1](value);
  expect(settings.type()).toBe("candles");
  expect(settings.zone()).toBe("utc");
  expect(settings.showsSessions()).toBe(true);
  expect(settings.compared()).toEqual(["MSFT"]);
  settings.uncompare("MSFT");
  expect(settings.scale()).toBe("linear");
});

test("a comparison is in percent, and the chosen scale comes back after it", () => {
  const settings = new ViewSettings(new ChartStore("compared"));
  settings.setScale("log");
  for (let count = 0; count < COMPARED_MAX + 2; count += 1) settings.compare(`S${count}`);
  settings.compare("S0");
  expect(settings.compared().length).toBe(COMPARED_MAX);
  expect(settings.scale()).toBe("percent");
  for (const symbol of settings.compared()) settings.uncompare(symbol);
  expect(settings.scale()).toBe("log");
});
