import type { DeepPartial, Options, Styles } from "klinecharts";
import { price } from "../format.ts";
import { colour } from "../theme.ts";

export const FONT = 'system-ui, -apple-system, "Segoe UI", Roboto, "Helvetica Neue", sans-serif';
const TEXT = { family: FONT, size: 11, weight: "normal" };
const LABEL = { ...TEXT, borderSize: 0, borderRadius: 2 };
const LABEL_PADDING = { paddingLeft: 4, paddingRight: 4, paddingTop: 3, paddingBottom: 3 };

/** Options of every chart: times in UTC, and no keys, because the terminal has its own. */
export const CHART_OPTIONS: Options = { timezone: "Etc/UTC", hotkey: { enabled: false } };

/** Return the styles of a chart in the current theme. */
export function chartStyles(): DeepPartial<Styles> {
  const [up, down, line, muted] = ["up", "down", "line-faint", "muted"].map(colour) as Colours;
  const axis = {
    axisLine: { show: false },
    tickLine: { show: false },
    tickText: { ...TEXT, color: muted, marginStart: 6, marginEnd: 6 },
  };
  const grid = { color: line, style: "solid" as const };
  const crosshair = {
    line: { color: muted, style: "dashed" as const },
    text: {
      ...LABEL,
      ...LABEL_PADDING,
      color: "#ffffff",
      borderColor: colour("label"),
      backgroundColor: colour("label"),
    },
  };
  const tones = { upColor: up, downColor: down, noChangeColor: up };
  return {
    grid: { horizontal: grid, vertical: grid },
    candle: {
      bar: {
        ...tones,
        upBorderColor: up,
        downBorderColor: down,
        noChangeBorderColor: up,
        upWickColor: up,
        downWickColor: down,
        noChangeWickColor: up,
      },
      area: {
        lineColor: colour("accent"),
        backgroundColor: [
          { offset: 0, color: colour("accent-none") },
          { offset: 1, color: colour("accent-faint") },
        ],
        point: { show: false },
      },
      priceMark: {
        high: { show: false },
        low: { show: false },
        last: {
          ...tones,
          line: { style: "dashed", dashedValue: [1, 2] },
          text: { ...LABEL, ...LABEL_PADDING, color: colour("surface") },
        },
      },
      // The page shows the values of the bar under the crosshair.
      tooltip: { showRule: "none" },
    },
    indicator: {
      tooltip: { title: { show: false }, legend: { ...TEXT, color: muted } },
      lastValueMark: { show: true, text: { ...LABEL, ...LABEL_PADDING, color: "#ffffff" } },
    },
    xAxis: axis,
    yAxis: axis,
    separator: { color: line },
    crosshair: { horizontal: crosshair, vertical: crosshair },
  };
}

/** Return the options that format the prices of the chart, in the browser's language. */
export function priceFormat(
  decimals: number,
  format: (value: number, decimals: number) => string = price,
): Options {
  // The chart passes the digits of a price to the first of them, and the result to the second.
  return {
    thousandsSeparator: {
      format: (digits) => {
        const value = Number(digits);
        return Number.isNaN(value) ? String(digits) : format(value, decimals);
      },
    },
    decimalFold: { format: String },
  };
}

type Colours = [string, string, string, string];
