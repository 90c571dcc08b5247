/** A line at a price, such as that of an order. */
export interface PriceLine {
  id: string;
  price: number;
  title: string;
  tone: "accent" | "up" | "down" | "muted";
  isDashed: boolean;
}

/** Converts prices to heights in pixels from the top of the pane. */
export interface PriceScale {
  height: number;
  axisWidth: number;
  toPixel(price: number): number;
}

interface Drawn {
  line: PriceLine;
  element: HTMLElement;
  label: HTMLElement;
  price: HTMLElement;
  /** The style and texts that are in the document. */
  shown: string;
}

/** The height of a label in pixels. */
const LABEL_PX = 18;

/**
 * The lines over a chart, as elements: each has a title, and a price next to the axis. Lines outside
 * of the visible prices are hidden.
 */
export class PriceLines {
  readonly #root: HTMLElement;
  readonly #format: (price: number) => string;
  readonly #drawn = new Map<string, Drawn>();
  #scale: PriceScale | null = null;

  constructor(root: HTMLElement, format: (price: number) => string) {
    this.#root = root;
    this.#format = format;
  }

  get prices(): number[] {
    return [...this.#drawn.values()].map(({ line }) => line.price);
  }

  set(lines: readonly PriceLine[]): void {
    const ids = new Set(lines.map(({ id }) => id));
    for (const [id, drawn] of this.#drawn) {
      if (ids.has(id)) continue;
      drawn.element.remove();
      this.#drawn.delete(id);
    }
    for (const line of lines) {
      const drawn = this.#drawn.get(line.id) ?? this.#create(line);
      drawn.line = line;
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
      .map((drawn) => ({ drawn, y: scale.toPixel(drawn.line.price) }))
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
    const { line, element, label, price } = drawn;
    const text = this.#format(line.price);
    const shown = [isVisible, y, offset, text, line.tone, line.title].join("|");
    if (drawn.shown === shown) return;
    drawn.shown = shown;
    element.hidden = !isVisible;
    element.dataset.tone = line.tone;
    element.dataset.dashed = String(line.isDashed);
    element.style.transform = `translateY(${y}px)`;
    label.style.transform = `translateY(${offset}px)`;
    price.style.transform = label.style.transform;
    price.textContent = text;
    label.textContent = line.title;
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
    this.#root.append(element);
    const drawn = { line, element, label, price, shown: "" };
    this.#drawn.set(line.id, drawn);
    return drawn;
  }
}
