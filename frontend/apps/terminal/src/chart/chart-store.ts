import { type Accessor, createSignal, type Signal } from "solid-js";
import { persistedSignal } from "../persisted-signal.ts";

/** The state of one chart, remembered by the browser under the chart's id. */
export class ChartStore {
  readonly id: string;
  readonly symbol: Accessor<string>;
  readonly selectSymbol: (symbol: string) => void;
  readonly resolution: Accessor<string>;
  readonly setResolution: (resolution: string) => void;
  readonly #settings = new Map<string, Signal<unknown>>();

  constructor(id: string) {
    this.id = id;
    [this.symbol, this.selectSymbol] = this.setting("symbol", "");
    [this.resolution, this.setResolution] = this.setting("resolution", "1");
  }

  /** Return a setting of the chart, such as its type. The name belongs to one feature. */
  setting<T>(name: string, initial: T): Signal<T> {
    let signal = this.#settings.get(name);
    if (signal === undefined) {
      signal = persistedSignal<T>(`chart.${this.id}.${name}`, initial) as Signal<unknown>;
      this.#settings.set(name, signal);
    }
    return signal as Signal<T>;
  }
}

/** The charts on the screen. Commands, the ticket and the shortcuts are about the active one. */
export class Charts {
  readonly all: Accessor<readonly ChartStore[]>;
  readonly active: Accessor<ChartStore>;
  readonly activate: (chart: ChartStore) => void;

  constructor() {
    const first = new ChartStore("1");
    [this.all] = createSignal<readonly ChartStore[]>([first]);
    [this.active, this.activate] = createSignal(first);
  }
}
