// The rows of the order book: a fixed number of elements whose texts are changed in place.
import { price as formatPrice, quantity } from "../format.ts";
import { market as texts } from "../texts/market.ts";
import type { BookRow, Ladder, TickScale } from "./ladder.ts";

export type BookSide = "ask" | "bid";

/** The row of a level. It changes only what differs from the level before. */
class BookLine {
  readonly element = document.createElement("div");
  ticks: number | null = null;
  readonly #own = document.createElement("b");
  readonly #texts = { own: new Text(), price: new Text(), size: new Text(), total: new Text() };
  readonly #shown = { ticks: Number.NaN, size: Number.NaN, total: Number.NaN, own: 0, bar: "" };

  constructor(id: string) {
    const { element } = this;
    element.id = id;
    element.className = "level";
    element.role = "option";
    element.ariaSelected = "false";
    this.#own.hidden = true;
    const hidden = document.createElement("span");
    hidden.className = "hidden";
    hidden.append(`${texts.own} `);
    this.#own.append(hidden, this.#texts.own);
    for (const name of ["price", "size", "total"] as const) {
      const cell = document.createElement("span");
      cell.className = name;
      cell.append(this.#texts[name]);
      // A space separates the figures for a screen reader.
      element.append(cell, " ");
    }
    element.append(this.#own);
    this.clear();
  }

  clear(): void {
    if (this.ticks === null && this.element.inert) return;
    this.ticks = null;
    this.element.inert = true;
    this.element.ariaHidden = "true";
    this.element.classList.add("none");
    this.element.ariaSelected = "false";
  }

  show(row: BookRow, scale: TickScale, max: number): void {
    const shown = this.#shown;
    if (this.ticks === null) {
      this.element.inert = false;
      this.element.ariaHidden = null;
      this.element.classList.remove("none");
    }
    this.ticks = row.ticks;
    const { price, size, total, own } = this.#texts;
    if (shown.ticks !== row.ticks) {
      shown.ticks = row.ticks;
      price.data = formatPrice(scale.price(row.ticks), scale.decimals);
    }
    const partial = row.isPartial ? "≥ " : "";
    if (shown.size !== row.size || partial !== "" || size.data.startsWith("≥")) {
      shown.size = row.size;
      size.data = partial + formatPrice(row.size, scale.sizeDecimals);
    }
    if (shown.total !== row.total) {
      shown.total = row.total;
      total.data = formatPrice(row.total, scale.sizeDecimals);
    }
    if (shown.own !== row.own) {
      shown.own = row.own;
      own.data = quantity(row.own);
      this.#own.hidden = row.own === 0;
      this.element.classList.toggle("has-own", row.own !== 0);
    }
    const bar = `${max === 0 ? 0 : ((row.total / max) * 100).toFixed(0)}%`;
    if (shown.bar !== bar) {
      shown.bar = bar;
      this.element.style.setProperty("--bar", bar);
    }
  }
}

/** The two lists of levels, and the one level that the keys point at. It stays at its price. */
export class BookView {
  readonly #lists: Record<BookSide, HTMLElement>;
  readonly #lines: Record<BookSide, BookLine[]> = { ask: [], bid: [] };
  readonly #onChosen: (ticks: number) => void;
  #pointed: { side: BookSide; ticks: number } | null = null;
  /** What was under the pointer when it was pressed: the level may move before it is released. */
  #pressed: number | null = null;

  constructor(asks: HTMLElement, bids: HTMLElement, onChosen: (ticks: number) => void) {
    this.#lists = { ask: asks, bid: bids };
    this.#onChosen = onChosen;
    for (const [side, list] of Object.entries(this.#lists) as [BookSide, HTMLElement][]) {
      list.addEventListener("pointerdown", (event) => {
        this.#pressed = this.#lineOf(side, event.target)?.ticks ?? null;
        // The click follows the release. Without one, nothing is pressed any more.
        const release = () => setTimeout(() => this.#release());
        addEventListener("pointerup", release, { once: true });
        addEventListener("pointercancel", release, { once: true });
      });
      list.addEventListener("click", (event) => {
        const ticks = this.#pressed ?? this.#lineOf(side, event.target)?.ticks ?? null;
        this.#pressed = null;
        if (ticks === null) return;
        this.#point(side, ticks);
        this.#onChosen(ticks);
      });
      list.addEventListener("focus", () => {
        if (this.#pointed?.side !== side) this.#pointAt(side, 0);
      });
      list.addEventListener("keydown", (event) => this.#onKeyDown(side, event));
    }
  }

  #release(): void {
    this.#pressed = null;
  }

  /** Show at most `rows` levels of each side. */
  resize(rows: number): void {
    for (const side of ["ask", "bid"] as const) {
      const lines = this.#lines[side];
      while (lines.length > rows) lines.pop()?.element.remove();
      while (lines.length < rows) {
        const line = new BookLine(`${side}-${lines.length}`);
        lines.push(line);
        // The best ask is the last one, next to the best bid.
        if (side === "ask") this.#lists.ask.prepend(line.element);
        else this.#lists.bid.append(line.element);
      }
    }
  }

  show({ asks, bids }: Ladder, scale: TickScale): void {
    const max = Math.max(asks.at(-1)?.total ?? 0, bids.at(-1)?.total ?? 0);
    for (const [side, rows] of [
      ["ask", asks],
      ["bid", bids],
    ] as const) {
      for (const [index, line] of this.#lines[side].entries()) {
        const row = rows[index];
        if (row === undefined) line.clear();
        else line.show(row, scale, max);
      }
    }
    this.#markPointed();
  }

  clear(): void {
    for (const line of [...this.#lines.ask, ...this.#lines.bid]) line.clear();
    this.#pointed = null;
    this.#markPointed();
  }

  #lineOf(side: BookSide, target: EventTarget | null): BookLine | undefined {
    const element = target instanceof Element ? target.closest(".level") : null;
    return this.#lines[side].find((line) => line.element === element);
  }

  #shownLines(side: BookSide): BookLine[] {
    return this.#lines[side].filter(({ ticks }) => ticks !== null);
  }

  #point(side: BookSide, ticks: number): void {
    this.#pointed = { side, ticks };
    this.#markPointed();
  }

  #pointAt(side: BookSide, index: number): void {
    const lines = this.#shownLines(side);
    const ticks = lines[Math.max(0, Math.min(index, lines.length - 1))]?.ticks;
    if (ticks !== undefined && ticks !== null) this.#point(side, ticks);
  }

  /** The index of the level that the keys point at, or of the nearest one if it is gone. */
  #pointedIndex(side: BookSide): number {
    if (this.#pointed?.side !== side) return -1;
    const { ticks } = this.#pointed;
    const away = this.#shownLines(side).map((line) => Math.abs((line.ticks ?? 0) - ticks));
    return away.indexOf(Math.min(...away));
  }

  #markPointed(): void {
    for (const side of ["ask", "bid"] as const) {
      const index = this.#pointedIndex(side);
      for (const [at, { element }] of this.#lines[side].entries()) {
        const isSelected = String(at === index);
        if (element.ariaSelected !== isSelected) element.ariaSelected = isSelected;
      }
      const list = this.#lists[side];
      if (index < 0) list.removeAttribute("aria-activedescendant");
      else list.setAttribute("aria-activedescendant", `${side}-${index}`);
    }
  }

  #onKeyDown(side: BookSide, event: KeyboardEvent): void {
    if (event.altKey || event.ctrlKey || event.metaKey) return;
    const index = this.#pointedIndex(side);
    // Up is a higher price: away from the best bid, and towards the best ask.
    const step = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (step !== undefined) this.#move(side, index + (side === "ask" ? step : -step));
    else if (event.key === "Home") this.#pointAt(side, 0);
    else if (event.key === "End") this.#pointAt(side, Number.POSITIVE_INFINITY);
    else if (event.key === "Enter" || event.key === " ") {
      const ticks = this.#shownLines(side)[index]?.ticks;
      if (ticks !== undefined && ticks !== null) this.#onChosen(ticks);
    } else return;
    event.preventDefault();
  }

  /** Point at a level, or beyond the best one at the best of the other side. */
  #move(side: BookSide, index: number): void {
    if (index >= 0) {
      this.#pointAt(side, index);
      return;
    }
    const other = side === "ask" ? "bid" : "ask";
    if (this.#shownLines(other).length === 0) return;
    this.#pointAt(other, 0);
    this.#lists[other].focus();
  }
}
