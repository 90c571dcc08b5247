import { type Accessor, createSignal, type Signal } from "solid-js";
import { persistedSignal, readStored, writeStored } from "../persisted-signal.ts";
import type { WindowKind } from "./window-kind.ts";

/** The parts of the screen whose size a user chooses. `lower` is what is under the ticket. */
export const PANES = ["watchlist", "side", "panels", "lower"] as const;
export type PaneName = (typeof PANES)[number];

/** The sizes in pixels that a user chose, and the panes that are hidden. */
export interface PaneSettings {
  sizes: Partial<Record<PaneName, number>>;
  hidden: readonly PaneName[];
}

export type Aside = "watchlist" | "market";

/** The kinds of windows that have panes next to each other. A phone shows one view at a time. */
type PanedWindow = Exclude<WindowKind, "phone">;
export type WorkspaceSnapshot = Record<PanedWindow, PaneSettings>;

const SIZE_PX_MAX = 10_000;
const NOTHING: PaneSettings = { sizes: {}, hidden: [] };

/** The sizes of the panes, remembered for each kind of window. */
export class Workspace {
  readonly #windowKind: Accessor<WindowKind>;
  readonly #panes: Record<PanedWindow, Signal<PaneSettings>>;

  /** What a tablet, which has no room for both, shows under the ticket. */
  readonly aside: Accessor<Aside>;
  readonly setAside: (aside: Aside) => void;

  constructor(windowKind: Accessor<WindowKind>) {
    this.#windowKind = windowKind;
    const isAside = (value: unknown) => value === "watchlist" || value === "market";
    [this.aside, this.setAside] = persistedSignal<Aside>("aside", "watchlist", isAside);
    const stored = (kind: PanedWindow) =>
      createSignal(paneSettings(readStored<unknown>(`panes.${kind}`, NOTHING)));
    this.#panes = { wide: stored("wide"), tablet: stored("tablet") };
  }

  get #kind(): PanedWindow | null {
    const kind = this.#windowKind();
    return kind === "phone" ? null : kind;
  }

  get #settings(): PaneSettings {
    return this.#kind === null ? NOTHING : this.#panes[this.#kind][0]();
  }

  /** Return the size that was chosen for a pane; undefined if it has the usual one. */
  size(pane: PaneName): number | undefined {
    return this.#settings.sizes[pane];
  }

  /** Set the size of a pane; undefined is the usual one. It is stored if the change is complete. */
  setSize(pane: PaneName, size: number | undefined, isComplete = true): void {
    const { [pane]: _, ...others } = this.#settings.sizes;
    const sizes = size === undefined ? others : { ...others, [pane]: Math.round(size) };
    this.#set({ sizes, hidden: this.#settings.hidden.filter((each) => each !== pane) }, isComplete);
  }

  isHidden(pane: PaneName): boolean {
    return this.#settings.hidden.includes(pane);
  }

  readonly toggle = (pane: PaneName): void => this.setHidden(pane, !this.isHidden(pane));

  setHidden(pane: PaneName, isHidden: boolean): void {
    if (isHidden === this.isHidden(pane)) return;
    const others = this.#settings.hidden.filter((each) => each !== pane);
    this.#set({ ...this.#settings, hidden: isHidden ? [...others, pane] : others }, true);
  }

  #set(settings: PaneSettings, isComplete: boolean): void {
    if (this.#kind === null) return;
    this.#panes[this.#kind][1](settings);
    if (isComplete) writeStored(`panes.${this.#kind}`, settings);
  }

  /** Return the sizes as custom properties, for the style sheets. */
  styles(): Record<string, string> {
    const { sizes } = this.#settings;
    return Object.fromEntries(
      PANES.flatMap((pane) => {
        const size = sizes[pane];
        return size === undefined ? [] : [[`--${pane}-size`, `${size}px`]];
      }),
    );
  }

  /** The names of the hidden panes, for the style sheets. */
  hiddenText(): string {
    return this.#settings.hidden.join(" ");
  }

  snapshot(): WorkspaceSnapshot {
    return { wide: this.#panes.wide[0](), tablet: this.#panes.tablet[0]() };
  }

  /** Restore a snapshot, or else the usual sizes of all panes. What is not valid is ignored. */
  restore(snapshot: Partial<Record<PanedWindow, unknown>> = {}): void {
    for (const kind of ["wide", "tablet"] as const) {
      const settings = paneSettings(snapshot[kind]);
      this.#panes[kind][1](settings);
      writeStored(`panes.${kind}`, settings);
    }
  }
}

/** Return the valid part of stored settings. */
function paneSettings(value: unknown): PaneSettings {
  const { sizes, hidden } = (value ?? {}) as { sizes?: unknown; hidden?: unknown };
  const sizeOf = (sizes ?? {}) as Record<string, unknown>;
  const isSize = (size: unknown) => typeof size === "number" && size >= 0 && size <= SIZE_PX_MAX;
  return {
    sizes: Object.fromEntries(
      PANES.filter((pane) => isSize(sizeOf[pane])).map((pane) => [pane, sizeOf[pane]]),
    ),
    hidden: Array.isArray(hidden) ? PANES.filter((pane) => hidden.includes(pane)) : [],
  };
}
