import type { PriceScale } from "../price-scale.ts";

/** What a handle needs to know of its line. */
interface HandledLine {
  price: number;
  isMovable: boolean;
}

interface LineHandleOptions {
  /** Return the scale of the line's prices, or null while the chart does not show them. */
  scale(): PriceScale | null;
  /** Return the top of the pane in the coordinates of pointer events. */
  top(): number;
  snap(price: number, ticks?: number): number;
  onChange(): void;
  onMoved(price: number): Promise<void>;
  /** Called when a finger taps the line. */
  onSelect(): void;
  /** Called when a finger moves over a line that is not selected: the chart scrolls then. */
  onScroll(touch: Touch): void;
}

const TICKS_WITH_SHIFT = 10;
/** A finger that moves farther does not tap. */
const TAP_PX = 8;

/**
 * Moves a line by mouse, touch, pen or keys. The new price is committed when the pointer is
 * released, or by Enter. Escape cancels. The price never leaves the visible ones by a pointer. A
 * finger selects the line by a tap before it can drag it.
 */
export class LineHandle {
  readonly #element: HTMLElement;
  readonly #options: LineHandleOptions;
  #line: HandledLine;
  /** The price that is not committed yet, or whose command is running. */
  #draft: number | null = null;
  /** The distance between the pointer and the line while the line is dragged. */
  #grip: number | null = null;
  /** The finger that touches the line while it is not selected. */
  #touch: Touch | null = null;
  #isCommitting = false;

  constructor(element: HTMLElement, line: HandledLine, options: LineHandleOptions) {
    this.#element = element;
    this.#line = line;
    this.#options = options;
    element.addEventListener("pointerdown", (event) => this.#grab(event));
    element.addEventListener("pointermove", (event) => this.#drag(event));
    element.addEventListener("pointerup", () => this.#release());
    element.addEventListener("pointercancel", () => this.cancel());
    element.addEventListener("lostpointercapture", () => {
      if (this.#grip !== null) this.cancel();
    });
    element.addEventListener("keydown", (event) => this.#press(event));
    element.addEventListener("blur", () => this.cancel());
    this.#listenForTouches();
    this.update(line);
  }

  /** The price of the line, or else the one that it is being moved to. */
  get price(): number {
    return this.#draft ?? this.#line.price;
  }

  get isMoved(): boolean {
    return this.#draft !== null;
  }

  update(line: HandledLine): void {
    this.#line = line;
    const { dataset } = this.#element;
    if (dataset.movable === String(line.isMovable)) return;
    dataset.movable = String(line.isMovable);
    if (line.isMovable) {
      this.#element.tabIndex = 0;
      this.#element.role = "slider";
      this.#element.ariaOrientation = "vertical";
    } else {
      this.#element.removeAttribute("tabindex");
      this.#element.role = null;
      this.cancel();
    }
  }

  /** Describe the line to a screen reader. */
  describe(name: string, text: string): void {
    if (!this.#line.isMovable) return;
    this.#element.ariaLabel = name;
    this.#element.ariaValueNow = String(this.price);
    this.#element.ariaValueText = text;
  }

  /** Move the line back, unless the new price is committed. */
  cancel(): void {
    this.#grip = null;
    if (this.#isCommitting || this.#draft === null) return;
    this.#draft = null;
    this.#options.onChange();
  }

  /** Select the line by a tap, and let the chart scroll where the finger moves. */
  #listenForTouches(): void {
    const element = this.#element;
    element.addEventListener(
      "touchstart",
      ({ changedTouches: [touch = null] }) => {
        this.#touch = this.#grip === null ? touch : null;
      },
      { passive: true },
    );
    element.addEventListener(
      "touchmove",
      ({ changedTouches: [touch] }) => {
        const first = this.#touch;
        if (first === null || touch === undefined) return;
        const distance = Math.hypot(touch.clientX - first.clientX, touch.clientY - first.clientY);
        if (distance < TAP_PX) return;
        this.#touch = null;
        this.#options.onScroll(first);
      },
      { passive: true },
    );
    element.addEventListener("touchend", (event) => {
      if (this.#touch === null) return;
      this.#touch = null;
      // A click would follow, on the button that appears under the finger.
      event.preventDefault();
      this.#options.onSelect();
      element.focus();
    });
  }

  #grab(event: PointerEvent): void {
    const scale = this.#options.scale();
    if (!this.#line.isMovable || this.#isCommitting || scale === null || event.button !== 0) return;
    const isSelected = document.activeElement === this.#element;
    if (event.pointerType === "touch" && !isSelected) return;
    event.preventDefault();
    this.#element.focus();
    this.#element.setPointerCapture(event.pointerId);
    this.#grip = event.clientY - this.#options.top() - scale.toPixel(this.price);
  }

  #drag(event: PointerEvent): void {
    const scale = this.#options.scale();
    if (this.#grip === null || scale === null) return;
    const y = event.clientY - this.#options.top() - this.#grip;
    this.#moveTo(this.#options.snap(scale.toPrice(Math.min(Math.max(y, 0), scale.height))));
  }

  #release(): void {
    if (this.#grip === null) return;
    this.#grip = null;
    void this.#commit();
  }

  #press(event: KeyboardEvent): void {
    if (!this.#line.isMovable || this.#isCommitting) return;
    const ticks = event.shiftKey ? TICKS_WITH_SHIFT : 1;
    if (event.key === "ArrowUp") this.#moveTo(this.#options.snap(this.price, ticks));
    else if (event.key === "ArrowDown") this.#moveTo(this.#options.snap(this.price, -ticks));
    else if (event.key === "Enter" && !event.ctrlKey) void this.#commit();
    else if (event.key === "Escape" && this.isMoved) this.cancel();
    else return;
    // The keys of the page do other things.
    event.preventDefault();
    event.stopPropagation();
  }

  #moveTo(price: number): void {
    if (this.#options.scale() === null) return;
    this.#draft = price;
    this.#options.onChange();
  }

  async #commit(): Promise<void> {
    const price = this.#draft;
    if (price === null || this.#isCommitting) return;
    if (this.#options.scale() === null) {
      this.cancel();
      return;
    }
    this.#isCommitting = true;
    try {
      if (price !== this.#line.price) await this.#options.onMoved(price);
    } finally {
      this.#isCommitting = false;
      this.cancel();
    }
  }
}
