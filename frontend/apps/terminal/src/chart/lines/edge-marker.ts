import { lines } from "../../texts/lines.ts";

/** A button at the edge of the pane that counts the lines outside of it, and brings them into view. */
export class EdgeMarker {
  readonly #button: HTMLButtonElement;
  readonly #side: "above" | "below";
  #prices: readonly number[] = [];
  #shown = "";

  constructor(
    root: HTMLElement,
    side: "above" | "below",
    onReveal: (prices: readonly number[]) => void,
  ) {
    this.#side = side;
    this.#button = document.createElement("button");
    this.#button.type = "button";
    this.#button.className = "edge-lines";
    this.#button.dataset.side = side;
    this.#button.hidden = true;
    this.#button.addEventListener("click", () => onReveal(this.#prices));
    root.append(this.#button);
  }

  /** Show the marker for lines at `prices` at the height `edge`. */
  show(prices: readonly number[], edge: number): void {
    this.#prices = prices;
    const shown = `${prices.length} ${edge}`;
    if (shown === this.#shown) return;
    this.#shown = shown;
    const isAbove = this.#side === "above";
    this.#button.hidden = prices.length === 0;
    this.#button.style.top = `${edge}px`;
    this.#button.textContent = `${isAbove ? "▲" : "▼"} ${prices.length}`;
    this.#button.ariaLabel = lines.outside(prices.length, this.#side);
    this.#button.title = this.#button.ariaLabel;
  }
}
