import { lines } from "../../texts/lines.ts";
import type { PriceScale } from "../price-scale.ts";
import { EdgeMarker } from "./edge-marker.ts";
import { type Interval, layOutLabels, paneBetween } from "./label-layout.ts";
import { LineHandle } from "./line-handle.ts";
import { MovePreview } from "./move-preview.ts";

export type Tone = "accent" | "up" | "down" | "muted" | "warn";

/** A line at a price, such as that of an order. */
export interface PriceLine {
  id: string;
  price: number;
  title: string;
  tone: Tone;
  isDashed: boolean;
  isMovable: boolean;
  /** The name of the line's button, if it has one. */
  action?: string;
  /** Return the title of what a move to `price` creates. The line itself stays where it is. */
  created?(price: number): string;
}

/** A figure next to the title of a line, such as a profit. */
export interface Note {
  text: string;
  tone: Tone;
}

export interface PriceLinesOptions {
  /** Return whether the chart shows the prices of the lines, so that they can be moved. */
  isReady(): boolean;
  format(price: number): string;
  /** Return the price of the symbol's grid that is next to `price`, `ticks` away from it. */
  snap(price: number, ticks?: number): number;
  /** Return what moving the line to `price` means, as a text, or an empty one. */
  estimate(id: string, price: number): string;
  /** Called with each price that a line is moved to, and with null when the move ends. */
  onMoving(id: string, price: number | null): void;
  /** Called with the new price of a line that a user moved. The line stays there meanwhile. */
  onMoved(id: string, price: number): Promise<void>;
  onAction(id: string): void;
  /** Return the part of the pane that labels leave free, if any. */
  obstacle(scale: PriceScale): Interval | null;
  /** Called to bring prices into view that have lines. */
  onReveal(prices: readonly number[]): void;
  /** Called when a finger that touches a line scrolls the chart. */
  onScroll(touch: Touch): void;
}

interface Drawn {
  line: PriceLine;
  note: Note | null;
  element: HTMLElement;
  label: HTMLElement;
  title: HTMLElement;
  noteElement: HTMLElement;
  action: HTMLButtonElement;
  price: HTMLElement;
  handle: LineHandle;
  /** The style and texts that are in the document. */
  /** Where the line is drawn, and its texts, to see what changed. */
  place: string;
  content: string;
}

/** The height of a label in pixels, under a mouse and under a finger. */
const LABEL_PX = { fine: 20, coarse: 26 };
/** The height of a marker at the edge, which labels leave free, with its distance from the edge. */
const EDGE_PX = { fine: 26, coarse: 48 };
const coarse = matchMedia("(pointer: coarse)");

/**
 * The lines over a chart, as elements: each has a title, a price next to the axis and, if it can be
 * moved, a handle for mouse, touch and keys. Lines outside of the visible prices are counted at the
 * edge.
 */
export class PriceLines {
  readonly #root: HTMLElement;
  readonly #options: PriceLinesOptions;
  readonly #drawn = new Map<string, Drawn>();
  readonly #preview: MovePreview;
  readonly #edges: { above: EdgeMarker; below: EdgeMarker };
  readonly #deselect = (event: Event) => this.#deselectOthers(event.target as Node);
  #scale: PriceScale | null = null;
  #movedId: string | null = null;
  /** Whether no line was drawn last, so that there is nothing to draw with each frame. */
  #wasEmpty = true;

  constructor(root: HTMLElement, options: PriceLinesOptions) {
    this.#root = root;
    this.#options = options;
    this.#preview = new MovePreview(root);
    const { onReveal } = options;
    this.#edges = {
      above: new EdgeMarker(root, "above", onReveal),
      below: new EdgeMarker(root, "below", onReveal),
    };
    document.addEventListener("pointerdown", this.#deselect, { capture: true });
    document.addEventListener("focusin", this.#deselect);
  }

  remove(): void {
    document.removeEventListener("pointerdown", this.#deselect, { capture: true });
    document.removeEventListener("focusin", this.#deselect);
    this.set([]);
    this.#root.replaceChildren();
  }

  get prices(): number[] {
    return [...this.#drawn.values()].map(({ line }) => line.price);
  }

  set(lines: readonly PriceLine[]): void {
    const ids = new Set(lines.map(({ id }) => id));
    for (const [id, drawn] of this.#drawn) {
      if (ids.has(id)) continue;
      this.#drawn.delete(id);
      drawn.handle.cancel();
      drawn.element.remove();
    }
    for (const line of lines) {
      const drawn = this.#drawn.get(line.id) ?? this.#create(line);
      drawn.line = line;
      drawn.handle.update(line);
    }
    this.#draw();
  }

  /** Move back each line whose new price is not committed. */
  cancelMoves(): void {
    for (const { handle } of this.#drawn.values()) handle.cancel();
  }

  /** Set the figure of a line. */
  setNote(id: string, note: Note | null): void {
    const drawn = this.#drawn.get(id);
    if (drawn === undefined) return;
    drawn.note = note;
    this.#draw();
  }

  /** Show an answer about the line that is being moved; null while there is none. */
  setAnswer(answer: string | null): void {
    this.#preview.setAnswer(answer);
  }

  /** Move the lines to where their prices are now on the screen. */
  draw(scale: PriceScale): void {
    this.#scale = scale;
    this.#draw();
  }

  #draw(): void {
    const scale = this.#scale;
    const isEmpty = this.#drawn.size === 0;
    if (scale === null || scale.height === 0 || (isEmpty && this.#wasEmpty)) return;
    this.#wasEmpty = isEmpty;
    const placed = [...this.#drawn.values()]
      .map((drawn) => ({ drawn, y: heightOf(drawn, scale) }))
      .sort((a, b) => a.y - b.y);
    const visible = placed.filter(({ y }) => y >= 0 && y <= scale.height);
    const above = placed.filter(({ y }) => y < 0).map(priceOf);
    const below = placed.filter(({ y }) => y > scale.height).map(priceOf);
    const [size, edge] = coarse.matches
      ? [LABEL_PX.coarse, EDGE_PX.coarse]
      : [LABEL_PX.fine, EDGE_PX.fine];
    const middles = layOutLabels(
      visible.map(({ y }) => y),
      size,
      paneBetween(
        scale.height,
        { from: above.length > 0 ? edge : 0, to: below.length > 0 ? edge : 0 },
        visible.length * size,
      ),
      this.#options.obstacle(scale),
    );
    for (const { drawn, y } of placed) {
      const index = visible.findIndex((each) => each.drawn === drawn);
      const middle = middles[index];
      this.#show(drawn, middle !== undefined, Math.round(y), Math.round((middle ?? y) - y));
    }
    this.#edges.above.show(above, 0);
    this.#edges.below.show(below, scale.height);
    this.#showMove(scale);
  }

  #show(drawn: Drawn, isVisible: boolean, y: number, offset: number): void {
    const { line, note, handle, element, label, price, title, noteElement, action } = drawn;
    const text = this.#options.format(shownPrice(drawn));
    const isMoved = handle.isMoved && line.created === undefined;
    const place = [isVisible, y, offset].join();
    if (drawn.place !== place) {
      drawn.place = place;
      element.hidden = !isVisible;
      element.style.transform = `translateY(${y}px)`;
      label.style.transform = `translateY(calc(${offset}px - 50%))`;
      price.style.transform = label.style.transform;
    }
    // A line that only moves must not be laid out.
    const contents = [text, line.tone, line.title, handle.isMoved, note?.text, note?.tone];
    const content = contents.join("|");
    if (drawn.content === content) return;
    drawn.content = content;
    element.dataset.tone = line.tone;
    element.dataset.dashed = String(line.isDashed);
    element.dataset.moved = String(isMoved);
    price.textContent = text;
    title.textContent = line.title;
    noteElement.textContent = note?.text ?? "";
    noteElement.dataset.tone = note?.tone ?? "";
    action.hidden = line.action === undefined;
    action.ariaLabel = action.title = line.action ?? "";
    if (!handle.isMoved)
      handle.describe(nameOf(line), [text, note?.text].filter(Boolean).join(", "));
  }

  /** Show what the line that is being moved would become. */
  #showMove(scale: PriceScale): void {
    const drawn = [...this.#drawn.values()].find(({ handle }) => handle.isMoved);
    const id = drawn?.line.id ?? null;
    if (this.#movedId !== null && this.#movedId !== id) {
      this.#options.onMoving(this.#movedId, null);
    }
    this.#movedId = id;
    if (drawn === undefined) {
      this.#preview.hide();
      return;
    }
    const { line, handle } = drawn;
    const price = this.#options.format(handle.price);
    const estimate = this.#options.estimate(line.id, handle.price);
    const created = line.created?.(handle.price);
    this.#preview.show({
      y: clamp(scale.toPixel(handle.price), scale),
      height: scale.height,
      created,
      price,
      estimate,
    });
    handle.describe(nameOf(line), [created, price, estimate].filter(Boolean).join(", "));
  }

  /** Deselect the lines whose labels do not contain `node`. */
  #deselectOthers(node: Node): void {
    for (const { label } of this.#drawn.values()) {
      if (label.contains(node)) continue;
      label.dataset.selected = "false";
      if (label.contains(document.activeElement)) (document.activeElement as HTMLElement).blur();
    }
  }

  #create(line: PriceLine): Drawn {
    const element = make("div", "price-line");
    element.dataset.line = line.id;
    const label = make("div", "price-line-label");
    const handleElement = make("span", "price-line-handle");
    const [title, noteElement] = [
      make("span", "price-line-title"),
      make("span", "price-line-note"),
    ];
    const price = make("span", "price-line-price");
    const action = make("button", "price-line-action");
    action.type = "button";
    action.textContent = "✕";
    action.addEventListener("click", () => this.#options.onAction(line.id));
    label.addEventListener("focusin", () => {
      label.dataset.selected = "true";
    });
    handleElement.append(title, noteElement);
    label.append(handleElement, action);
    element.append(label, price);
    const handle = new LineHandle(handleElement, line, {
      scale: () => (this.#options.isReady() ? this.#scale : null),
      top: () => this.#root.getBoundingClientRect().top,
      snap: this.#options.snap,
      onChange: () => {
        this.#draw();
        if (handle.isMoved) this.#options.onMoving(line.id, handle.price);
      },
      onMoved: (price) => this.#options.onMoved(line.id, price),
      onSelect: () => {
        this.#deselectOthers(label);
        label.dataset.selected = "true";
      },
      onScroll: this.#options.onScroll,
    });
    this.#root.append(element);
    const drawn = {
      line,
      note: null,
      element,
      label,
      title,
      noteElement,
      action,
      price,
      handle,
      place: "",
      content: "",
    };
    this.#drawn.set(line.id, drawn);
    return drawn;
  }
}

/** A line that creates another one by a move stays at its own price. */
const shownPrice = ({ line, handle }: Drawn): number =>
  line.created === undefined ? handle.price : line.price;

/** Return the height of a line. One that has the focus stays in the pane, because it must not lose it. */
function heightOf(drawn: Drawn, scale: PriceScale): number {
  const y = scale.toPixel(shownPrice(drawn));
  return drawn.label.contains(document.activeElement) ? clamp(y, scale) : y;
}

const priceOf = ({ drawn }: { drawn: Drawn }): number => drawn.line.price;

const clamp = (y: number, { height }: PriceScale): number => Math.min(Math.max(y, 0), height);

const nameOf = ({ title, created }: PriceLine): string =>
  created === undefined ? title : lines.protect(title);

function make<K extends keyof HTMLElementTagNameMap>(name: K, className: string) {
  const element = document.createElement(name);
  element.className = className;
  return element;
}
