import { type Accessor, createSignal } from "solid-js";
import { onStoredByOther, readStored, storedText, writeStored } from "../../persisted-signal.ts";
import { DRAWINGS_MAX, type Drawing, validDrawings, withChanges } from "./drawing.ts";
import { History } from "./drawing-history.ts";

/** The number of symbols whose drawings are stored. Those that were changed first are removed. */
const SYMBOLS_MAX = 100;
const PREFIX = "drawings.";

const [areUnstored, setAreUnstored] = createSignal(false);

/** Whether the browser had no room for drawings, so that they last as long as the page. */
export { areUnstored };

/**
 * The drawings of a symbol at all resolutions, with undo and redo. The browser stores them, for all
 * tabs: what another one changes is changed here too, and undo and redo keep it.
 */
export class DrawingStore {
  readonly list: Accessor<readonly Drawing[]>;
  readonly canUndo: Accessor<boolean>;
  readonly canRedo: Accessor<boolean>;
  readonly #symbol: string;
  readonly #history: History<readonly Drawing[]>;
  readonly #onChanged: () => void;
  /** What is stored, as far as it is part of the history. */
  #text: string | null;
  /** The list of `#text`. It differs from the present one where there was no room to store that. */
  #base: readonly Drawing[];
  /** The ids of drawings that another tab removed. A change of one here does not bring it back. */
  readonly #removedElsewhere = new Set<string>();

  constructor(symbol: string) {
    this.#symbol = symbol;
    this.#text = storedText(this.#name);
    this.#base = this.#stored();
    this.#history = new History<readonly Drawing[]>(this.#base);
    const [version, setVersion] = createSignal(0);
    this.list = () => {
      version();
      return this.#history.present;
    };
    this.canUndo = () => version() >= 0 && this.#history.canUndo;
    this.canRedo = () => version() >= 0 && this.#history.canRedo;
    this.#onChanged = () => setVersion((count) => count + 1);
    onStoredByOther(this.#name, () => {
      this.#merge();
      this.#onChanged();
    });
  }

  get isFull(): boolean {
    return this.list().length >= DRAWINGS_MAX;
  }

  find(id: string | null): Drawing | undefined {
    return this.list().find((drawing) => drawing.id === id);
  }

  /**
   * Add a drawing, or replace the one with its id. Nothing is added to a full list, and nothing that
   * another tab removed.
   */
  put(drawing: Drawing): void {
    this.#merge();
    if (this.#removedElsewhere.has(drawing.id)) {
      this.#onChanged();
      return;
    }
    const list = this.#history.present;
    const isKnown = list.some(({ id }) => id === drawing.id);
    if (!isKnown && list.length >= DRAWINGS_MAX) return;
    this.#history.change(
      isKnown ? list.map((each) => (each.id === drawing.id ? drawing : each)) : [...list, drawing],
    );
    this.#store();
  }

  remove(id: string): void {
    this.#merge();
    const others = this.#history.present.filter((drawing) => drawing.id !== id);
    if (others.length < this.#history.present.length) this.#history.change(others);
    this.#store();
  }

  removeAll(): void {
    this.#merge();
    if (this.#history.present.length > 0) this.#history.change([]);
    this.#store();
  }

  undo(): void {
    this.#merge();
    this.#history.undo();
    this.#store();
  }

  redo(): void {
    this.#merge();
    this.#history.redo();
    this.#store();
  }

  get #name(): string {
    return `${PREFIX}${this.#symbol}`;
  }

  #stored(): Drawing[] {
    return validDrawings(readStored<unknown>(this.#name, []));
  }

  /** Take over what another tab has stored. */
  #merge(): void {
    const text = storedText(this.#name);
    if (text === this.#text) return;
    this.#text = text;
    const [before, after, { present }] = [this.#base, this.#stored(), this.#history];
    const changed = (list: readonly Drawing[]) => withChanges(list, before, after);
    this.#base = after;
    for (const { id } of before) this.#removedElsewhere.add(id);
    for (const { id } of after) this.#removedElsewhere.delete(id);
    this.#history.rebase(present === before ? after : changed(present), changed);
  }

  #store(): void {
    const { present } = this.#history;
    if (writeStored(this.#name, present.length > 0 ? present : undefined)) {
      this.#text = storedText(this.#name);
      this.#base = present;
    } else setAreUnstored(true);
    touch(this.#symbol, present.length > 0);
    this.#onChanged();
  }
}

const stores = new Map<string, DrawingStore>();

/** Return the drawings of a symbol. All charts of the symbol show the same ones. */
export function drawingsOf(symbol: string): DrawingStore {
  let store = stores.get(symbol);
  if (store === undefined) {
    store = new DrawingStore(symbol);
    stores.set(symbol, store);
  }
  return store;
}

/**
 * Remember that the drawings of a symbol were changed last, and remove those of the oldest. Those of
 * the symbols that this page has opened stay, because a chart may show them.
 */
function touch(symbol: string, hasDrawings: boolean): void {
  const stored = readStored<unknown>("drawings", []);
  const others = Array.isArray(stored) ? stored.filter((each) => each !== symbol) : [];
  const symbols = hasDrawings ? [...others, symbol] : others;
  const excess = Math.max(symbols.length - SYMBOLS_MAX, 0);
  const oldest = new Set(symbols.filter((each) => !stores.has(each)).slice(0, excess));
  for (const each of oldest) writeStored(PREFIX + each, undefined);
  writeStored(
    "drawings",
    symbols.filter((each) => !oldest.has(each)),
  );
}
