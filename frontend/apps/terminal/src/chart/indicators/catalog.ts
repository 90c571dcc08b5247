import type { KLineData } from "klinecharts";
import type { Calculation, CreateCalculation } from "./calculations.ts";
import * as calculations from "./calculations.ts";

export interface Parameter {
  name: string;
  initial: number;
  min: number;
  max: number;
  step: number;
}

/** A value that an indicator shows. */
export interface Output {
  name: string;
  kind: "line" | "histogram" | "trail";
  colour: number;
  /** The number of bars that it is drawn later, or earlier if negative. */
  shift?(parameters: readonly number[]): number;
}

/** A kind of indicator. Its outputs are the columns of the rows that `create` computes. */
export interface IndicatorType {
  name: string;
  parameters: readonly Parameter[];
  hasSource: boolean;
  place: "price" | "pane";
  outputs: readonly Output[];
  /** The outputs with a filled area between them. */
  fill?: readonly [number, number];
  /** The values of dashed lines, such as those of overbought and oversold. */
  levels?: readonly number[];
  /** The values that are always visible. */
  range?: readonly [number, number];
  isVolume?: boolean;
  /** Whether its values are differences of prices, which need more decimals. */
  isOfPrices?: boolean;
  create: CreateCalculation;
}

export const SOURCES: Record<string, (bar: KLineData) => number> = {
  close: ({ close }) => close,
  open: ({ open }) => open,
  high: ({ high }) => high,
  low: ({ low }) => low,
  hl2: ({ high, low }) => (high + low) / 2,
  hlc3: ({ high, low, close }) => (high + low + close) / 3,
  ohlc4: ({ open, high, low, close }) => (open + high + low + close) / 4,
};

const LENGTH_MAX = 500;
const length = (initial: number, name = "length", min = 2): Parameter => ({
  name,
  initial,
  min,
  max: LENGTH_MAX,
  step: 1,
});
const factor = (initial: number): Parameter => ({
  name: "factor",
  initial,
  min: 0.1,
  max: 20,
  step: 0.1,
});
const line = (name: string, colour: number): Output => ({ name, kind: "line", colour });
const bands = (colour: number): Output[] => [
  line("upper", colour),
  line("middle", colour + 1),
  line("lower", colour),
];
/** An average of a source over the prices. */
const average = (name: string, colour: number, create: CreateCalculation): IndicatorType => ({
  name,
  parameters: [length(20)],
  hasSource: true,
  place: "price",
  outputs: [line("average", colour)],
  create,
});
const of = { hasSource: false, place: "price" } as const;
const below = { hasSource: false, place: "pane" } as const;

/** The kinds of indicators, in the order of their list. */
export const INDICATORS: readonly IndicatorType[] = [
  average("sma", 1, calculations.sma),
  average("ema", 0, calculations.ema),
  average("wma", 2, calculations.wma),
  average("hma", 3, calculations.hma),
  {
    ...of,
    name: "vwap",
    parameters: [],
    outputs: [line("average", 4)],
    create: calculations.vwap,
  },
  {
    ...of,
    name: "bollinger",
    hasSource: true,
    parameters: [length(20), factor(2)],
    outputs: bands(0),
    fill: [0, 2],
    create: calculations.bollinger,
  },
  {
    ...of,
    name: "donchian",
    parameters: [length(20)],
    outputs: bands(3),
    fill: [0, 2],
    create: calculations.donchian,
  },
  {
    ...of,
    name: "keltner",
    parameters: [length(20), factor(2), length(10, "atrLength")],
    outputs: bands(2),
    fill: [0, 2],
    create: calculations.keltner,
  },
  {
    ...of,
    name: "ichimoku",
    parameters: [length(9, "conversion"), length(26, "base"), length(52, "spanB")],
    outputs: [
      line("conversion", 0),
      line("base", 1),
      { ...line("spanA", 3), shift: ([, base = 26]) => base - 1 },
      { ...line("spanB", 4), shift: ([, base = 26]) => base - 1 },
      { ...line("lagging", 2), shift: ([, base = 26]) => 1 - base },
    ],
    fill: [2, 3],
    create: calculations.ichimoku,
  },
  {
    ...of,
    name: "supertrend",
    parameters: [length(10), factor(3)],
    outputs: [{ ...line("line", 1), kind: "trail" }],
    create: calculations.superTrend,
  },
  {
    ...below,
    name: "volume",
    parameters: [length(20)],
    outputs: [{ ...line("volume", 0), kind: "histogram" }, line("average", 1)],
    range: [0, 0],
    isVolume: true,
    create: calculations.volume,
  },
  {
    ...below,
    name: "rsi",
    hasSource: true,
    parameters: [length(14)],
    outputs: [line("index", 2)],
    levels: [30, 70],
    range: [20, 80],
    create: calculations.rsi,
  },
  {
    ...below,
    name: "macd",
    hasSource: true,
    parameters: [length(12, "fast"), length(26, "slow"), length(9, "signal")],
    outputs: [line("line", 0), line("signal", 1), { ...line("histogram", 3), kind: "histogram" }],
    levels: [0],
    isOfPrices: true,
    create: calculations.macd,
  },
  {
    ...below,
    name: "stochastic",
    parameters: [length(14), length(3, "slowing", 1), length(3, "signal", 1)],
    outputs: [line("k", 0), line("d", 1)],
    levels: [20, 80],
    range: [0, 100],
    create: calculations.stochastic,
  },
  {
    ...below,
    name: "atr",
    parameters: [length(14)],
    outputs: [line("range", 4)],
    isOfPrices: true,
    create: calculations.atr,
  },
  {
    ...below,
    name: "adx",
    parameters: [length(14)],
    outputs: [line("strength", 1), line("plus", 3), line("minus", 4)],
    levels: [25],
    create: calculations.adx,
  },
  {
    ...below,
    name: "cci",
    parameters: [length(20)],
    outputs: [line("index", 2)],
    levels: [-100, 100],
    create: calculations.cci,
  },
  {
    ...below,
    name: "williams",
    parameters: [length(14)],
    outputs: [line("percent", 0)],
    levels: [-80, -20],
    range: [-100, 0],
    create: calculations.williams,
  },
  {
    ...below,
    name: "mfi",
    parameters: [length(14)],
    outputs: [line("index", 3)],
    levels: [20, 80],
    range: [0, 100],
    create: calculations.mfi,
  },
  {
    ...below,
    name: "obv",
    parameters: [],
    outputs: [line("volume", 0)],
    isVolume: true,
    create: calculations.obv,
  },
  {
    ...below,
    name: "roc",
    hasSource: true,
    parameters: [length(9)],
    outputs: [line("change", 1)],
    levels: [0],
    create: calculations.roc,
  },
];

export function indicatorType(name: string): IndicatorType | undefined {
  return INDICATORS.find((type) => type.name === name);
}

/** Return the calculation of an indicator, from the first bar on. */
export function createCalculation(
  type: IndicatorType,
  { parameters, source }: { parameters: readonly number[]; source: string },
  dayOf: (ms: number) => number,
): Calculation {
  const sourceOf = SOURCES[source] ?? ((bar: KLineData) => bar.close);
  return type.create({ parameters, source: sourceOf, dayOf });
}
