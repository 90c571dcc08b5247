import { LineHandle, type PriceScale } from "./line-handle.ts";

/** A line at a price, such as that of an order. */
export interface PriceLine {
  id: string;
  price: number;
  title: string;
  tone: "accent" | "up" | "down" | "muted";
  isDashed: boolean;
  isMovable: boolean;
}

export interface PriceLinesOptions {
  format(price: number): string;
  /** Return the price of the symbol's grid that is next to `price`, `ticks` away from it. */
  snap(price: number, ticks?: number): number;
  /** Called with the new price of a line that a user moved. The line stays there meanwhile. */
  onMoved(id: string, price: number): Promise<void>;
}

interface Drawn {
  line: PriceLine;
  element: HTMLElement;
  label: HTMLElement;
  price: HTMLElement;
  handle: LineHandle;
  /** The style and texts that are in the document. */
  shown: string;
}

/** The height of a label in pixels. */
const LABEL_PX = 18;

/**
 * The lines over a chart, as elements: each has a title, a price next to the axis and, if it can be
 * moved, a handle for mouse, touch and keys. Lines outside of the visible prices are hidden.
 */
export class PriceLines {
  readonly #root: HTMLElement;
  readonly #options: PriceLinesOptions;
  readonly #drawn = new Map<string, Drawn>();
  #scale: PriceScale | null = null;

  constructor(root: HTMLElement, options: PriceLinesOptions) {
    this.#root = root;
    this.#options = options;
  }

  get prices(): number[] {
    return [...this.#drawn.values()].map(({ line }) => line.price);
  }

  set(lines: readonly PriceLine[]): void {
    const ids = new Set(lines.map(({ id }) => id));
    for (const [id, drawn] of this.#drawn) {
      if (ids.has(id)) continue;
      drawn.handle.cancel();
      drawn.element.remove();
      this.#drawn.delete(id);
    }
    for (const line of lines) {
      const drawn = this.#drawn.get(line.id) ?? this.#create(line);
      drawn.line = line;
      drawn.handle.update(line);
    }
    this.#draw();
  }

  /** Move the lines to where their prices are now on the screen. */
  draw(scale: PriceScale): void {
    this.#scale = scale;
    this.#draw();
  }

  #draw(): void {
    const scale = this.#scale;
    if (scale === null) return;
    this.#root.style.setProperty("--axis-width", `${scale.axisWidth}px`);
    const placed = [...this.#drawn.values()]
      .map((drawn) => ({ drawn, y: scale.toPixel(drawn.handle.price) }))
      .sort((a, b) => a.y - b.y);
    let free = Number.NEGATIVE_INFINITY;
    for (const { drawn, y } of placed) {
      const isVisible = y >= 0 && y <= scale.height;
      const top = Math.max(y - LABEL_PX / 2, free);
      if (isVisible) free = top + LABEL_PX;
      this.#show(drawn, isVisible, Math.round(y), Math.round(top - y));
    }
  }

  #show(drawn: Drawn, isVisible: boolean, y: number, offset: number): void {
    const { line, handle, element, label, price } = drawn;
    const text = this.#options.format(handle.price);
    const shown = [isVisible, y, offset, text, line.tone, line.title, handle.isMoved].join("|");
    if (drawn.shown === shown) return;
    drawn.shown = shown;
    element.hidden = !isVisible;
    element.dataset.tone = line.tone;
    element.dataset.dashed = String(line.isDashed);
    element.dataset.moved = String(handle.isMoved);
    element.style.transform = `translateY(${y}px)`;
    label.style.transform = `translateY(${offset}px)`;
    price.style.transform = label.style.transform;
    price.textContent = text;
    handle.show(line.title, text);
  }

  #create(line: PriceLine): Drawn {
    const element = document.createElement("div");
    element.className = "price-line";
    element.dataset.line = line.id;
    const label = document.createElement("span");
    label.className = "price-line-title";
    const price = document.createElement("span");
    price.className = "price-line-price";
    element.append(label, price);
    const handle = new LineHandle(label, line, {
      scale: () => this.#scale,
      top: () => this.#root.getBoundingClientRect().top,
      snap: this.#options.snap,
      onChange: () => this.#draw(),
      onMoved: (price) => this.#options.onMoved(line.id, price),
    });
    this.#root.append(element);
    const drawn = { line, element, label, price, handle, shown: "" };
    this.#drawn.set(line.id, drawn);
    return drawn;
  }
}
