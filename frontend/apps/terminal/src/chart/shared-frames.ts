/** A longer time between two frames, in ms, means that the last frame had too much work. */
const SLOW_MS = 21;

/**
 * Shares the frames of a page between its charts. While the page is fast, all charts are drawn at
 * each frame. While it is slow, fewer of them are, in turn, so that the page still responds.
 */
export class SharedFrames {
  readonly #requestFrame: (callback: (nowMs: number) => void) => void;
  readonly #waiting: (() => void)[] = [];
  #isRequested = false;
  #drawnMax = Number.POSITIVE_INFINITY;
  #drawnLast = 0;
  #lastMs = Number.NEGATIVE_INFINITY;

  constructor(
    requestFrame = (callback: (nowMs: number) => void): void => {
      requestAnimationFrame(callback);
    },
  ) {
    this.#requestFrame = requestFrame;
  }

  /** Call `draw` once, at one of the next frames. */
  readonly request = (draw: () => void): void => {
    this.#waiting.push(draw);
    this.#requestNext();
  };

  #requestNext(): void {
    // A frame after the last drawing measures how long that took.
    if (this.#isRequested || (this.#waiting.length === 0 && this.#drawnLast === 0)) return;
    this.#isRequested = true;
    this.#requestFrame((nowMs) => this.#onFrame(nowMs));
  }

  #onFrame(nowMs: number): void {
    this.#isRequested = false;
    const isSlow = this.#drawnLast > 0 && nowMs - this.#lastMs > SLOW_MS;
    if (isSlow) this.#drawnMax = Math.max(1, this.#drawnLast - 1);
    else if (this.#drawnLast >= this.#drawnMax) this.#drawnMax += 1;
    this.#lastMs = nowMs;
    const drawn = this.#waiting.splice(0, Math.min(this.#drawnMax, this.#waiting.length));
    this.#drawnLast = drawn.length;
    // What draws may request the next frame, for which it waits behind the others.
    for (const draw of drawn) draw();
    this.#requestNext();
  }
}
