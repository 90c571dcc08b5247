import type { ChartStore } from "../chart-store.ts";
import { SCALES, type Scale } from "./scales.ts";

export const CHART_TYPES = ["candles", "hollow", "bars", "line", "area", "heikinAshi"] as const;
export type ChartType = (typeof CHART_TYPES)[number];
export const ZONES = ["utc", "exchange", "local"] as const;
export type ZoneChoice = (typeof ZONES)[number];
/** The number of symbols that a chart compares with its own. */
export const COMPARED_MAX = 4;

/** How a chart shows its series. The browser remembers it with the chart. */
export class ViewSettings {
  readonly #type;
  readonly #scale;
  readonly #zone;
  readonly #showsSessions;
  readonly #compared;

  constructor(chart: ChartStore) {
    this.#type = chart.setting<ChartType>("type", "candles");
    this.#scale = chart.setting<Scale>("scale", "linear");
    this.#zone = chart.setting<ZoneChoice>("zone", "utc");
    this.#showsSessions = chart.setting<boolean>("sessions", true);
    this.#compared = chart.setting<readonly string[]>("compared", []);
  }

  // What is remembered may be of another version, or broken.

  type = (): ChartType => oneOf(CHART_TYPES, this.#type[0]());
  setType = (type: ChartType): void => void this.#type[1](type);

  /** The chosen scale. A comparison is in percent, whatever was chosen. */
  scale = (): Scale => (this.compared().length > 0 ? "percent" : oneOf(SCALES, this.#scale[0]()));
  setScale = (scale: Scale): void => void this.#scale[1](scale);

  zone = (): ZoneChoice => oneOf(ZONES, this.#zone[0]());
  setZone = (zone: ZoneChoice): void => void this.#zone[1](zone);

  showsSessions = (): boolean => this.#showsSessions[0]() !== false;
  setShowsSessions = (shows: boolean): void => void this.#showsSessions[1](shows);

  /** The symbols that the chart compares with its own, in the order of their choice. */
  compared = (): readonly string[] => {
    const symbols: unknown = this.#compared[0]();
    if (!Array.isArray(symbols)) return [];
    return symbols.filter((each) => typeof each === "string").slice(0, COMPARED_MAX);
  };
  compare = (symbol: string): void => {
    const compared = this.compared();
    if (compared.includes(symbol) || compared.length === COMPARED_MAX) return;
    this.#compared[1]([...compared, symbol]);
  };
  uncompare = (symbol: string): void =>
    void this.#compared[1](this.compared().filter((each) => each !== symbol));
}

const oneOf = <T>(values: readonly [T, ...T[]], value: unknown): T =>
  values.find((each) => each === value) ?? values[0];
