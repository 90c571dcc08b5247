import { texts } from "../../texts/texts.ts";
import type { PriceChart } from "../price-chart.ts";
import type { PriceScale } from "../price-scale.ts";

export interface CrosshairButtonOptions {
  /** Return whether the chart shows the prices of its symbol. */
  isReady(): boolean;
  format(price: number): string;
  /** Called with the price at which the user wants to trade, and the button. */
  onPress(price: number, button: HTMLElement): void;
}

const TICKS_WITH_SHIFT = 10;

/**
 * A `+` next to the price axis, at the crosshair. The keyboard reaches it without a crosshair: it
 * begins at the last price, and the arrow keys move it by ticks.
 */
export class CrosshairButton {
  readonly #chart: PriceChart;
  readonly #options: CrosshairButtonOptions;
  readonly #button = document.createElement("button");
  readonly #tag = document.createElement("span");
  readonly #stop: (() => void)[];
  #scale: PriceScale | null = null;
  #price: number | null = null;

  constructor(chart: PriceChart, root: HTMLElement, options: CrosshairButtonOptions) {
    this.#chart = chart;
    this.#options = options;
    this.#stop = [
      chart.onDraw((scale) => {
        this.#scale = scale;
        this.#draw();
      }),
      chart.onCrosshair((y) => this.#follow(y)),
    ];
    const button = this.#button;
    button.type = "button";
    button.className = "crosshair-add";
    button.ariaLabel = texts.chart.trade;
    button.setAttribute("aria-haspopup", "menu");
    button.setAttribute("aria-keyshortcuts", "Shift+F10");
    const sign = document.createElement("span");
    sign.textContent = "+";
    this.#tag.className = "price-line-price";
    button.append(sign, this.#tag);
    button.addEventListener("focus", () => this.#move(0));
    button.addEventListener("blur", () => this.#hide());
    // The crosshair of a finger ends with the next touch, and the button must stay for its click.
    button.addEventListener("pointerdown", () => button.focus());
    button.addEventListener("pointerleave", ({ pointerType }) => {
      // A finger leaves the button before its click.
      if (pointerType === "mouse") this.#hide();
    });
    button.addEventListener("keydown", (event) => this.#press(event));
    button.addEventListener("click", () => {
      if (this.#price !== null) options.onPress(this.#price, button);
    });
    root.prepend(button);
  }

  remove(): void {
    for (const stop of this.#stop) stop();
    this.#button.remove();
  }

  /** The price of the button while it is shown, or null. */
  get price(): number | null {
    return this.#price;
  }

  /** Forget the price, because the symbol is another one. */
  clear(): void {
    this.#price = null;
    this.#draw();
  }

  #follow(y: number | null): void {
    const scale = this.#options.isReady() ? this.#scale : null;
    if (y !== null && scale !== null && y <= scale.height) {
      this.#price = this.#chart.snap(scale.toPrice(y));
      this.#draw();
    } else if (this.#price !== null) {
      // The crosshair ends where the pointer enters the button.
      requestAnimationFrame(() => this.#hide());
    }
  }

  #hide(): void {
    const isUsed = document.activeElement === this.#button || this.#button.matches(":hover");
    if (isUsed) return;
    this.#price = null;
    this.#draw();
  }

  #press(event: KeyboardEvent): void {
    const direction = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (direction === undefined) return;
    event.preventDefault();
    event.stopPropagation();
    this.#move(event.shiftKey ? direction * TICKS_WITH_SHIFT : direction);
  }

  #move(ticks: number): void {
    const price = this.#price ?? this.#chart.engine.getDataList().at(-1)?.close;
    if (price === undefined || !this.#options.isReady()) return;
    this.#price = this.#chart.snap(price, ticks);
    this.#draw();
  }

  #draw(): void {
    const [price, scale] = [this.#price, this.#scale];
    this.#button.dataset.shown = String(price !== null);
    if (price === null || scale === null) return;
    const y = Math.min(Math.max(scale.toPixel(price), 0), scale.height);
    this.#button.style.transform = `translateY(calc(${Math.round(y)}px - 50%))`;
    const text = this.#options.format(price);
    if (this.#tag.textContent === text) return;
    this.#tag.textContent = text;
    this.#button.ariaLabel = texts.chart.tradeAt(text);
  }
}
