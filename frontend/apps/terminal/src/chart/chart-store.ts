import { type Accessor, batch, createSignal, type Signal } from "solid-js";
import {
  isSameKind,
  persistedSignal,
  readStored,
  sharedSignal,
  storedNames,
  storedText,
  writeStored,
} from "../persisted-signal.ts";

/** What a chart remembers, by the names of its settings. */
export type ChartSettings = Record<string, unknown>;

/** The state of one chart, remembered by the browser under the chart's id. */
export class ChartStore {
  readonly id: string;
  readonly symbol: Accessor<string>;
  readonly selectSymbol: (symbol: string) => void;
  readonly resolution: Accessor<string>;
  readonly setResolution: (resolution: string) => void;
  /** The letter of the charts that show the same symbol, or empty if it has its own. */
  readonly link: Accessor<string>;
  readonly setLink: (link: string) => void;
  readonly #settings = new Map<string, { signal: Signal<unknown>; initial: unknown }>();
  readonly #features = new Map<string, Signal<unknown>>();

  constructor(id: string, resolution = "1") {
    this.id = id;
    [this.symbol, this.selectSymbol] = this.setting("symbol", "");
    [this.resolution, this.setResolution] = this.setting("resolution", resolution);
    [this.link, this.setLink] = this.setting("link", "A");
  }

  /**
   * Return a setting of the chart, such as its type. The name belongs to one feature. A stored
   * value of another type than the initial one is ignored.
   */
  setting<T>(name: string, initial: T): Signal<T> {
    return this.#setting(name, initial, persistedSignal);
  }

  /** Return a setting that a user would lose if the same chart of two tabs changed it. */
  sharedSetting<T>(name: string, initial: T): Signal<T> {
    return this.#setting(name, initial, sharedSignal);
  }

  #setting<T>(
    name: string,
    initial: T,
    create: (name: string, initial: T) => Signal<T>,
  ): Signal<T> {
    let setting = this.#settings.get(name);
    if (setting === undefined) {
      const signal = create(this.#prefix + name, initial) as Signal<unknown>;
      setting = { signal, initial };
      this.#settings.set(name, setting);
    }
    return setting.signal as Signal<T>;
  }

  /** Return all that the chart remembers. What it uses is that of this tab, not of another one. */
  snapshot(): ChartSettings {
    const names = storedNames(this.#prefix);
    const stored = names.map((name) => [
      name.slice(this.#prefix.length),
      readStored<unknown>(name, null),
    ]);
    const used = [...this.#settings]
      .filter(([name, { signal, initial }]) => signal[0]() !== initial || this.#isStored(name))
      .map(([name, { signal }]) => [name, signal[0]()]);
    return Object.fromEntries([...stored, ...used]);
  }

  #isStored(name: string): boolean {
    return storedText(this.#prefix + name) !== null;
  }

  /** Replace all that the chart remembers. What `settings` does not have gets its initial value. */
  restore(settings: ChartSettings): void {
    for (const name of storedNames(this.#prefix)) writeStored(name, undefined);
    for (const [name, value] of Object.entries(settings)) writeStored(this.#prefix + name, value);
    batch(() => {
      for (const [name, { signal, initial }] of this.#settings) {
        const value = settings[name];
        const isUsable = value !== undefined && isSameKind(value, initial);
        signal[1](() => (isUsable ? value : initial));
      }
    });
  }

  get #prefix(): string {
    return `chart.${this.id}.`;
  }

  /** Return a feature of the chart, for the tools around it; null until it is on the screen. */
  feature<T>(name: string): Signal<T | null> {
    let signal = this.#features.get(name);
    if (signal === undefined) {
      signal = createSignal<unknown>(null);
      this.#features.set(name, signal);
    }
    return signal as Signal<T | null>;
  }
}

/** The arrangements of charts on the screen, with their numbers of charts. */
export const GRIDS = { one: 1, columns: 2, rows: 2, four: 4 } as const;
export type Grid = keyof typeof GRIDS;

/** The letters of the groups of charts that show the same symbol. */
export const LINKS = ["A", "B", "C"] as const;

/** The resolutions of new charts: the same symbol in four time frames. */
const RESOLUTIONS = ["1", "15", "60", "1D"];

/** The charts on the screen. Commands, the ticket and the shortcuts are about the active one. */
export class Charts {
  readonly #stores = RESOLUTIONS.map((resolution, at) => new ChartStore(`${at + 1}`, resolution));
  readonly #activeId: Signal<string>;
  readonly #grid: Signal<Grid>;
  /** Whether the crosshair of one chart is shown at the same time on the others. */
  readonly isCrosshairLinked: Accessor<boolean>;
  readonly setCrosshairLinked: (isLinked: boolean) => void;

  constructor() {
    this.#grid = persistedSignal<Grid>("charts.grid", "one", (value) =>
      Object.hasOwn(GRIDS, String(value)),
    );
    this.#activeId = persistedSignal("charts.active", "1");
    const crosshair = persistedSignal("charts.crosshair", true);
    [this.isCrosshairLinked, this.setCrosshairLinked] = crosshair;
  }

  readonly grid = (): Grid => this.#grid[0]();

  /** The charts of the arrangement. */
  readonly all = (): readonly ChartStore[] => this.#stores.slice(0, GRIDS[this.grid()]);

  readonly active = (): ChartStore => {
    const id = this.#activeId[0]();
    const all = this.all();
    return all.find((chart) => chart.id === id) ?? (all[0] as ChartStore);
  };

  /** Return the number of a chart among several; 0 of the only one. */
  readonly placeOf = (chart: ChartStore): number =>
    this.all().length > 1 ? this.all().indexOf(chart) + 1 : 0;

  readonly activate = (chart: ChartStore): void => {
    if (chart.id !== this.#activeId[0]()) this.#activeId[1](chart.id);
  };

  /** Make the chart active that is `step` after the active one. */
  activateNext(step: 1 | -1): void {
    const all = this.all();
    const at = all.indexOf(this.active());
    this.activate(all[(at + step + all.length) % all.length] as ChartStore);
  }

  /** Arrange the charts. A chart that was removed has its settings when it is added again. */
  readonly setGrid = (grid: Grid): void => {
    batch(() => {
      const [before, active] = [this.all(), this.active()];
      this.#grid[1](grid);
      for (const chart of this.all()) {
        if (before.includes(chart)) continue;
        const linked = before.find(({ link }) => link() !== "" && link() === chart.link());
        const symbol = linked?.symbol() ?? (chart.symbol() || active.symbol());
        if (symbol !== chart.symbol()) chart.selectSymbol(symbol);
      }
    });
  };

  /** Show a symbol on the active chart, and on those that are linked to it. */
  readonly selectSymbol = (symbol: string): void => {
    batch(() => {
      const link = this.active().link();
      for (const chart of this.all()) {
        const isLinked = link !== "" && chart.link() === link;
        if (chart === this.active() || isLinked || chart.symbol() === "")
          chart.selectSymbol(symbol);
      }
    });
  };

  /** Link a chart to those of a letter, whose symbol it then shows; an empty letter unlinks it. */
  readonly link = (chart: ChartStore, link: string): void => {
    batch(() => {
      const other = this.all().find((each) => each !== chart && each.link() === link);
      chart.setLink(link);
      if (link !== "" && other !== undefined) chart.selectSymbol(other.symbol());
    });
  };

  /** Return what the charts remember, to restore it. */
  snapshot(): ChartsSnapshot {
    return {
      grid: this.grid(),
      active: this.active().id,
      isCrosshairLinked: this.isCrosshairLinked(),
      charts: this.all().map((chart) => chart.snapshot()),
    };
  }

  restore({ grid, active, isCrosshairLinked, charts }: ChartsSnapshot): void {
    batch(() => {
      const symbol = this.active().symbol();
      this.#grid[1](grid);
      this.#activeId[1](active);
      this.setCrosshairLinked(isCrosshairLinked);
      this.all().forEach((chart, at) => {
        chart.restore(charts[at] ?? {});
        if (chart.symbol() === "") chart.selectSymbol(symbol);
      });
    });
  }
}

export interface ChartsSnapshot {
  grid: Grid;
  active: string;
  isCrosshairLinked: boolean;
  charts: readonly ChartSettings[];
}
