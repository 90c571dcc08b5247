import { newIdempotencyKey } from "@trading-api/client";
import { type Accessor, createMemo, createRoot, type Signal } from "solid-js";
import { sharedSignal } from "../../persisted-signal.ts";
import type { ChartStore } from "../chart-store.ts";
import { indicatorType } from "./catalog.ts";
import { type StoredIndicators, storedIndicators } from "./has-indicators.ts";
import {
  INDICATORS_MAX,
  type IndicatorSettings,
  initialSettings,
  validSettings,
} from "./settings.ts";

export interface IndicatorTemplate {
  name: string;
  indicators: IndicatorSettings[];
}

/** The number of symbols whose own indicators are stored. The oldest ones are removed. */
const SYMBOLS_MAX = 50;
export const TEMPLATES_MAX = 30;
export const TEMPLATE_NAME_MAX = 40;

/** The indicators of a chart: the same ones for every symbol, or some of a symbol's own. */
export class IndicatorStore {
  readonly list: Accessor<IndicatorSettings[]>;
  /** The ids of the list. They stay the same when settings change. */
  readonly ids: Accessor<string[]>;
  /** Whether the shown symbol has its own indicators. */
  readonly isOwn: Accessor<boolean>;
  readonly #chart: ChartStore;
  readonly #stored: Signal<StoredIndicators>;

  constructor(chart: ChartStore) {
    this.#chart = chart;
    this.#stored = storedIndicators(chart);
    [this.list, this.ids, this.isOwn] = createRoot(() => {
      const list = createMemo(() => {
        const own = this.#symbols()[chart.symbol()];
        return validSettings(own ?? this.#stored[0]()?.shared);
      });
      const ids = createMemo(() => list().map(({ id }) => id));
      return [list, ids, () => this.#symbols()[chart.symbol()] !== undefined];
    });
  }

  find(id: string): IndicatorSettings | undefined {
    return this.list().find((each) => each.id === id);
  }

  /** Begin or end to store the indicators for the shown symbol alone. */
  setOwn(isOwn: boolean): void {
    const symbol = this.#chart.symbol();
    const { [symbol]: _, ...others } = this.#symbols();
    const names = Object.keys(others);
    for (const oldest of names.slice(0, Math.max(0, names.length - SYMBOLS_MAX + 1)))
      delete others[oldest];
    const symbols = isOwn ? { ...others, [symbol]: this.list() } : others;
    this.#stored[1]({ shared: this.#stored[0]()?.shared ?? [], symbols });
  }

  /** Add an indicator of a type, and return its id; null if the chart has no place for it. */
  add(type: string): string | null {
    const found = indicatorType(type);
    const list = this.list();
    if (found === undefined || list.length >= INDICATORS_MAX) return null;
    // Never used before: the chosen heights of panes, and other tabs, know indicators by their ids.
    const id = newIdempotencyKey();
    const same = list.filter((each) => each.type === type).length;
    this.set([...list, initialSettings(found, id, same)]);
    return id;
  }

  update(id: string, changes: Partial<IndicatorSettings>): void {
    this.set(this.list().map((each) => (each.id === id ? { ...each, ...changes } : each)));
  }

  remove(id: string): void {
    this.set(this.list().filter((each) => each.id !== id));
  }

  /** Exchange an indicator with the one before or after it. */
  move(id: string, direction: -1 | 1): void {
    const list = [...this.list()];
    const index = list.findIndex((each) => each.id === id);
    const [moved, other] = [list[index], list[index + direction]];
    if (moved === undefined || other === undefined) return;
    list[index] = other;
    list[index + direction] = moved;
    this.set(list);
  }

  set(list: readonly IndicatorSettings[]): void {
    const { shared, symbols } = { shared: this.#stored[0]()?.shared, symbols: this.#symbols() };
    if (this.isOwn())
      this.#stored[1]({ shared, symbols: { ...symbols, [this.#chart.symbol()]: list } });
    else this.#stored[1]({ shared: list, symbols });
  }

  #symbols(): Record<string, unknown> {
    const symbols = this.#stored[0]()?.symbols;
    return typeof symbols === "object" && symbols !== null ? symbols : {};
  }
}

const stores = new WeakMap<ChartStore, IndicatorStore>();

/** Return the indicators of a chart. */
export function indicatorsOf(chart: ChartStore): IndicatorStore {
  let store = stores.get(chart);
  if (store === undefined) {
    store = new IndicatorStore(chart);
    stores.set(chart, store);
  }
  return store;
}

const [storedTemplates, storeTemplates] = sharedSignal<unknown>("indicator-templates", []);

export function indicatorTemplates(): IndicatorTemplate[] {
  const stored = storedTemplates();
  if (!Array.isArray(stored)) return [];
  return stored
    .filter((each) => typeof each?.name === "string" && each.name !== "")
    .slice(0, TEMPLATES_MAX)
    .map(({ name, indicators }) => ({ name, indicators: validSettings(indicators) }));
}

/** Save indicators under a name. A template of the same name is replaced. */
export function saveTemplate(name: string, indicators: IndicatorSettings[]): void {
  const others = indicatorTemplates().filter((each) => each.name !== name);
  storeTemplates([...others, { name, indicators }].slice(-TEMPLATES_MAX));
}

export function removeTemplate(name: string): void {
  storeTemplates(indicatorTemplates().filter((each) => each.name !== name));
}
