import { type Accessor, createSignal } from "solid-js";
import { persistedSignal } from "../../persisted-signal.ts";
import { DRAWINGS_MAX, type Drawing, validDrawings } from "./drawing.ts";
import { History } from "./drawing-history.ts";

/** The number of symbols whose drawings are stored. Those that were changed first are removed. */
const SYMBOLS_MAX = 100;

/** The drawings of a symbol at all resolutions, with undo and redo. The browser stores them. */
export class DrawingStore {
  readonly list: Accessor<readonly Drawing[]>;
  readonly canUndo: Accessor<boolean>;
  readonly canRedo: Accessor<boolean>;
  readonly #history: History<readonly Drawing[]>;
  readonly #show: () => void;

  constructor(symbol: string) {
    const [stored, store] = persistedSignal<unknown>(`drawings.${symbol}`, []);
    this.#history = new History<readonly Drawing[]>(validDrawings(stored()));
    const [version, setVersion] = createSignal(0);
    this.list = () => {
      version();
      return this.#history.present;
    };
    this.canUndo = () => version() >= 0 && this.#history.canUndo;
    this.canRedo = () => version() >= 0 && this.#history.canRedo;
    this.#show = () => {
      store(this.#history.present);
      touch(symbol);
      setVersion((count) => count + 1);
    };
  }

  get isFull(): boolean {
    return this.list().length >= DRAWINGS_MAX;
  }

  find(id: string | null): Drawing | undefined {
    return this.list().find((drawing) => drawing.id === id);
  }

  /** Add a drawing, or replace the one with its id. Nothing is added to a full list. */
  put(drawing: Drawing): void {
    const list = this.#history.present;
    const isKnown = list.some(({ id }) => id === drawing.id);
    if (!isKnown && list.length >= DRAWINGS_MAX) return;
    this.#change(
      isKnown ? list.map((each) => (each.id === drawing.id ? drawing : each)) : [...list, drawing],
    );
  }

  remove(id: string): void {
    this.#change(this.#history.present.filter((drawing) => drawing.id !== id));
  }

  removeAll(): void {
    if (this.#history.present.length > 0) this.#change([]);
  }

  undo(): void {
    this.#history.undo();
    this.#show();
  }

  redo(): void {
    this.#history.redo();
    this.#show();
  }

  #change(list: readonly Drawing[]): void {
    this.#history.change(list);
    this.#show();
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

const [changedSymbols, setChangedSymbols] = persistedSignal<unknown>("drawings", []);

/** Remember that the drawings of a symbol were changed last, and remove those of the oldest. */
function touch(symbol: string): void {
  const stored = changedSymbols();
  const others = Array.isArray(stored) ? stored.filter((each) => each !== symbol) : [];
  const symbols = [...others, symbol];
  for (const oldest of symbols.slice(0, -SYMBOLS_MAX))
    persistedSignal(`drawings.${oldest}`, [])[1]([]);
  setChangedSymbols(symbols.slice(-SYMBOLS_MAX));
}
