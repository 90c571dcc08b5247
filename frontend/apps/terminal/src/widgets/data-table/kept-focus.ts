/** Keeps the focus in a row that another order moves: a moved element loses its focus. */
export class KeptFocus {
  readonly #body: () => HTMLElement;
  #focused: HTMLElement | null = null;
  #isMoving = false;

  constructor(body: () => HTMLElement) {
    this.#body = body;
  }

  enter(element: HTMLElement): void {
    this.#focused = element;
  }

  /** Return whether the user moved the focus away. */
  leave(): boolean {
    // The button of a running command is disabled, and its row may be gone afterwards.
    if (this.#isMoving || this.#focused?.matches(":disabled")) return false;
    this.#focused = null;
    return true;
  }

  startMove(): void {
    this.#isMoving = true;
  }

  /** Focus the element again, or what surrounds the table if its row is gone. Return whether it is here. */
  endMove(): boolean {
    this.#isMoving = false;
    const focused = this.#focused;
    if (focused === null || document.activeElement !== document.body) return true;
    const isHere = focused.isConnected;
    if (!isHere) this.#focused = null;
    const target = isHere ? focused : this.#body().closest<HTMLElement>("[tabindex]");
    target?.focus({ preventScroll: true });
    return isHere;
  }
}
