import { lines } from "../../texts/lines.ts";

/** What is shown of a move: `created` is the title of what it creates, if it creates something. */
interface Move {
  y: number;
  height: number;
  created: string | undefined;
  price: string;
  estimate: string;
}

/** Shows what a line that is being moved would do at its new price. */
export class MovePreview {
  readonly #element: HTMLElement;
  readonly #title = document.createElement("strong");
  readonly #estimate = document.createElement("span");
  readonly #answer = document.createElement("span");
  readonly #price = document.createElement("span");

  constructor(root: HTMLElement) {
    this.#element = document.createElement("div");
    this.#element.className = "move-preview";
    this.hide();
    this.#price.className = "price-line-price";
    this.#answer.role = "status";
    const box = document.createElement("div");
    box.className = "move-preview-box";
    box.append(this.#title, this.#estimate, this.#answer);
    this.#element.append(box, this.#price);
    root.append(this.#element);
  }

  show({ y, height, created, price, estimate }: Move): void {
    this.#element.hidden = false;
    this.#element.style.transform = `translateY(${Math.round(y)}px)`;
    this.#element.dataset.creates = String(created !== undefined);
    // In the lower half of the pane there is room above the line.
    this.#element.dataset.above = String(y > height / 2);
    this.#title.textContent = created ?? "";
    this.#price.textContent = created === undefined ? "" : price;
    this.#estimate.textContent = estimate;
  }

  /** Show an answer of the server. Without one there is none. */
  setAnswer(answer: string | null): void {
    this.#answer.textContent = answer ?? "";
  }

  hide(): void {
    this.#element.hidden = true;
    this.#answer.textContent = lines.noAnswer;
  }
}
