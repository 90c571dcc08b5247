import type { KLineData } from "klinecharts";
import {
  ATR,
  BollingerBands,
  CCI,
  DonchianChannels,
  EMA,
  HMA,
  IchimokuCloud,
  KeltnerChannels,
  MACD,
  MFI,
  ROC,
  RSI,
  SMA,
  StochasticOscillator,
  SuperTrend,
  WilliamsR,
  WMA,
  WSMA,
} from "trading-signals";

/** What an indicator is computed with. */
export interface CalculationContext {
  parameters: readonly number[];
  /** Return the value of a bar that averages use, such as its close. */
  source(bar: KLineData): number;
  /** Return the number of the trading day of a time in ms UTC. */
  dayOf(ms: number): number;
}

/**
 * Computes the values of bars in their order, and stores them in `row`; NaN where there is none yet.
 * The last bar can be replaced any number of times, each in constant time. The first cannot.
 */
export type Calculation = (bar: KLineData, isReplacement: boolean, row: number[]) => void;
export type CreateCalculation = (context: CalculationContext) => Calculation;

interface Signal<Input, Result> {
  readonly isStable: boolean;
  update(input: Input, replace: boolean): unknown;
  getResultOrThrow(): Result;
}

interface Candle {
  open: number;
  high: number;
  low: number;
  close: number;
  volume: number;
}

const volumeOf = ({ volume = 0 }: KLineData): number => volume;
const candleOf = ({ open, high, low, close, volume = 0 }: KLineData): Candle => ({
  open,
  high,
  low,
  close,
  volume,
});

/** Return a calculation of one value by a signal that takes numbers. */
const average =
  (create: (length: number) => Signal<number, number>, factor = 1): CreateCalculation =>
  ({ parameters: [length = 1], source }) => {
    const signal = create(length);
    return (bar, isReplacement, row) => {
      signal.update(source(bar), isReplacement);
      row[0] = signal.isStable ? signal.getResultOrThrow() * factor : Number.NaN;
    };
  };

/** Return a calculation of one value by a signal that takes bars. */
const ofCandles =
  (create: (length: number) => Signal<Candle, number>): CreateCalculation =>
  ({ parameters: [length = 1] }) => {
    const signal = create(length);
    return (bar, isReplacement, row) => {
      signal.update(candleOf(bar), isReplacement);
      row[0] = signal.isStable ? signal.getResultOrThrow() : Number.NaN;
    };
  };

/** Return a calculation of several values by a signal whose results have the names of `keys`. */
function named<Input, Result>(
  signal: Signal<Input, Result>,
  input: (bar: KLineData) => Input,
  keys: readonly (keyof Result)[],
): Calculation {
  return (bar, isReplacement, row) => {
    signal.update(input(bar), isReplacement);
    const result = signal.isStable ? signal.getResultOrThrow() : undefined;
    for (let index = 0; index < keys.length; index += 1) {
      const value = result?.[keys[index] as keyof Result];
      row[index] = typeof value === "number" ? value : Number.NaN;
    }
  };
}

const BANDS = ["upper", "middle", "lower"] as const;

export const sma = average((length) => new SMA(length));
export const ema = average((length) => new EMA(length));
export const wma = average((length) => new WMA(length));
export const hma = average((length) => new HMA(length));
export const rsi = average((length) => new RSI(length));
/** The change since the bar `length` bars before, in percent. */
export const roc = average((length) => new ROC(length), 100);
export const atr = ofCandles((length) => new ATR(length));
export const williams = ofCandles((length) => new WilliamsR(length));
export const mfi = ofCandles((length) => new MFI(length));

export const cci: CreateCalculation = ({ parameters: [length = 20] }) => {
  const signal = new CCI(length);
  return (bar, isReplacement, row) => {
    signal.update(candleOf(bar), isReplacement);
    if (!signal.isStable) row[0] = Number.NaN;
    else {
      const value = signal.getResultOrThrow();
      // Prices that do not move have no deviation to divide by.
      row[0] = Number.isFinite(value) ? value : 0;
    }
  };
};

export const bollinger: CreateCalculation = ({ parameters: [length = 20, width = 2], source }) =>
  named(new BollingerBands(length, width), source, BANDS);

export const donchian: CreateCalculation = ({ parameters: [length = 20] }) =>
  named(new DonchianChannels(length), candleOf, BANDS);

export const keltner: CreateCalculation = ({
  parameters: [emaInterval = 20, multiplier = 2, atrInterval = 10],
}) => named(new KeltnerChannels({ emaInterval, multiplier, atrInterval }), candleOf, BANDS);

export const macd: CreateCalculation = ({
  parameters: [short = 12, long = 26, signal = 9],
  source,
}) =>
  named(new MACD(new EMA(short), new EMA(long), new EMA(signal)), source, [
    "macd",
    "signal",
    "histogram",
  ]);

export const stochastic: CreateCalculation = ({
  parameters: [kPeriod = 14, kSlowingPeriod = 3, dPeriod = 3],
}) =>
  named(new StochasticOscillator({ kPeriod, kSlowingPeriod, dPeriod }), candleOf, [
    "stochK",
    "stochD",
  ]);

export const superTrend: CreateCalculation = ({ parameters: [interval = 10, multiplier = 3] }) =>
  named(new SuperTrend({ interval, multiplier }), candleOf, ["supertrend"]);

export const ichimoku: CreateCalculation = ({
  parameters: [conversionInterval = 9, baseInterval = 26, spanBInterval = 52],
}) => {
  const cloud = named(
    new IchimokuCloud({ conversionInterval, baseInterval, spanBInterval }),
    candleOf,
    ["conversion", "base", "spanA", "spanB"],
  );
  return (bar, isReplacement, row) => {
    cloud(bar, isReplacement, row);
    row[4] = bar.close;
  };
};

/** The volume of a bar, and its average. */
export const volume: CreateCalculation = ({ parameters: [length = 20] }) => {
  const signal = new SMA(length);
  return (bar, isReplacement, row) => {
    row[0] = volumeOf(bar);
    signal.update(row[0], isReplacement);
    row[1] = signal.isStable ? signal.getResultOrThrow() : Number.NaN;
  };
};

/**
 * The average price of the trading day so far, weighted by volume. It is not that of the library,
 * whose sums are wrong after a bar without volume was replaced.
 */
export const vwap: CreateCalculation = ({ dayOf }) => {
  // The sums of the bars before the last one, and of the last one too.
  let [day, money, traded] = [Number.NaN, 0, 0];
  let [lastMoney, lastTraded] = [0, 0];
  return (bar, isReplacement, row) => {
    if (!isReplacement) {
      const today = dayOf(bar.timestamp);
      [money, traded] = today === day ? [money + lastMoney, traded + lastTraded] : [0, 0];
      day = today;
    }
    lastTraded = volumeOf(bar);
    lastMoney = ((bar.high + bar.low + bar.close) / 3) * lastTraded;
    const all = traded + lastTraded;
    row[0] = all > 0 ? (money + lastMoney) / all : Number.NaN;
  };
};

/** The sum of the volumes of rising bars less that of falling ones. */
export const obv: CreateCalculation = () => {
  let [before, previous] = [0, Number.NaN];
  let [sum, close] = [0, Number.NaN];
  return (bar, isReplacement, row) => {
    if (!isReplacement) [before, previous] = [sum, close];
    close = bar.close;
    // The first bar counts as one that rises.
    const direction = Number.isNaN(previous) ? 1 : Math.sign(close - previous);
    sum = before + direction * volumeOf(bar);
    row[0] = sum;
  };
};

/**
 * The strength of a trend, and the parts of its moves up and down. It is not that of the library,
 * which counts moves that are equal in both directions, and never recovers from constant prices.
 */
export const adx: CreateCalculation = ({ parameters: [length = 14] }) => {
  const [range, up, down, strength] = [
    new ATR(length),
    new WSMA(length),
    new WSMA(length),
    new WSMA(length),
  ];
  let [before, last]: [Candle | null, Candle | null] = [null, null];
  return (bar, isReplacement, row) => {
    const candle = candleOf(bar);
    if (!isReplacement) before = last;
    last = candle;
    range.update(candle, isReplacement);
    row[0] = row[1] = row[2] = Number.NaN;
    if (before === null) return;
    const [rise, fall] = [candle.high - before.high, before.low - candle.low];
    up.update(rise > fall && rise > 0 ? rise : 0, isReplacement);
    down.update(fall > rise && fall > 0 ? fall : 0, isReplacement);
    if (!up.isStable || !range.isStable) return;
    const whole = range.getResultOrThrow();
    const [plus, minus] = [up, down].map((moves) =>
      whole > 0 ? (moves.getResultOrThrow() / whole) * 100 : 0,
    ) as [number, number];
    const sum = plus + minus;
    strength.update(sum > 0 ? (Math.abs(plus - minus) / sum) * 100 : 0, isReplacement);
    row[0] = strength.isStable ? strength.getResultOrThrow() : Number.NaN;
    row[1] = plus;
    row[2] = minus;
  };
};
