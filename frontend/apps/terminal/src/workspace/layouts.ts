import { type Accessor, batch } from "solid-js";
import { type Charts, type ChartsSnapshot, GRIDS } from "../chart/chart-store.ts";
import { persistedSignal, sharedSignal } from "../persisted-signal.ts";
import type { Workspace, WorkspaceSnapshot } from "./workspace.ts";

/** An arrangement of the screen under a name: the charts with their settings, and the panes. */
export interface Layout {
  name: string;
  charts: ChartsSnapshot;
  panes: WorkspaceSnapshot;
}

export const LAYOUTS_MAX = 20;
export const NAME_LENGTH_MAX = 40;
/** The length of a layout as JSON, so that all of them leave room in the browser's storage. */
const LAYOUT_LENGTH_MAX = 50_000;

export interface LayoutsOwner {
  readonly charts: Charts;
  readonly workspace: Workspace;
}

/** The layouts that a user saved in the browser. */
export class Layouts {
  readonly #owner: LayoutsOwner;
  readonly #all: Accessor<readonly Layout[]>;
  readonly #setAll: (layouts: readonly Layout[]) => void;
  /** The name of the layout that was saved or loaded last, or empty. */
  readonly current: Accessor<string>;
  readonly #setCurrent: (name: string) => void;

  constructor(owner: LayoutsOwner) {
    this.#owner = owner;
    [this.#all, this.#setAll] = sharedSignal<readonly Layout[]>("layouts", [], Array.isArray);
    [this.current, this.#setCurrent] = persistedSignal("layout", "");
  }

  /** The names of the layouts, in their order. */
  get names(): readonly string[] {
    return this.#valid.map(({ name }) => name);
  }

  /** Those that can be restored. A broken one is dropped with the next change. */
  get #valid(): readonly Layout[] {
    return this.#all().filter(isLayout).slice(0, LAYOUTS_MAX);
  }

  /**
   * Save the present arrangement, over the layout of this name if there is one. Return whether there
   * is room for it.
   */
  save(name: string): boolean {
    const { charts, workspace } = this.#owner;
    const saved = { name, charts: charts.snapshot(), panes: workspace.snapshot() };
    if (!isLayout(saved) || JSON.stringify(saved).length > LAYOUT_LENGTH_MAX) return false;
    const all = this.#valid;
    const isNew = all.every((layout) => layout.name !== name);
    if (isNew && all.length >= LAYOUTS_MAX) return false;
    this.#setAll(isNew ? [...all, saved] : all.map((each) => (each.name === name ? saved : each)));
    this.#setCurrent(name);
    return true;
  }

  load(name: string): void {
    const layout = this.#valid.find((each) => each.name === name);
    if (layout === undefined) return;
    batch(() => {
      this.#owner.charts.restore(layout.charts);
      this.#owner.workspace.restore(layout.panes);
      this.#setCurrent(name);
    });
  }

  /** Load the layout after the present one. */
  loadNext(): void {
    const { names } = this;
    const next = names[(names.indexOf(this.current()) + 1) % names.length];
    if (next !== undefined) this.load(next);
  }

  /** Rename a layout, unless another one has the new name. Return whether it is renamed. */
  rename(name: string, to: string): boolean {
    const all = this.#valid;
    if (!isName(to) || all.some((each) => each.name === to && each.name !== name)) return false;
    this.#setAll(all.map((each) => (each.name === name ? { ...each, name: to } : each)));
    if (this.current() === name) this.#setCurrent(to);
    return true;
  }

  remove(name: string): void {
    this.#setAll(this.#valid.filter((each) => each.name !== name));
    if (this.current() === name) this.#setCurrent("");
  }

  /** Show one chart and the usual sizes of all panes. */
  reset(): void {
    batch(() => {
      this.#owner.charts.setGrid("one");
      this.#owner.workspace.restore();
      this.#setCurrent("");
    });
  }
}

const isName = (name: unknown): boolean =>
  typeof name === "string" && name.trim() === name && name !== "" && name.length <= NAME_LENGTH_MAX;

const isObject = (value: unknown): value is Record<string, unknown> =>
  typeof value === "object" && value !== null && !Array.isArray(value);

/** Return whether a stored value is a layout. The settings of charts and panes are checked later. */
function isLayout(value: unknown): value is Layout {
  if (!isObject(value) || !isName(value.name) || !isObject(value.charts)) return false;
  const { grid, active, isCrosshairLinked, charts } = value.charts;
  return (
    isObject(value.panes) &&
    Object.hasOwn(GRIDS, String(grid)) &&
    typeof active === "string" &&
    typeof isCrosshairLinked === "boolean" &&
    Array.isArray(charts) &&
    charts.every(isObject)
  );
}
