/**
 * Shares the frames of a page between the parts that follow the market: the bars of each chart, the
 * quotes, the order book and the trades. One part is updated at each frame, in turn, so that a frame
 * has the work of one part however many there are. At 60 frames a second, each of six parts has at
 * least 10 updates a second.
 */
export class SharedFrames {
  readonly #requestFrame: (callback: () => void) => void;
  readonly #waiting: (() => void)[] = [];

  constructor(
    requestFrame = (callback: () => void): void => {
      requestAnimationFrame(callback);
    },
  ) {
    this.#requestFrame = requestFrame;
  }

  /** Call `update` once, at one of the next frames. */
  readonly request = (update: () => void): void => {
    this.#waiting.push(update);
    if (this.#waiting.length === 1) this.#requestFrame(this.#onFrame);
  };

  readonly #onFrame = (): void => {
    // An update may request the next one, behind those that wait.
    const [update] = this.#waiting;
    try {
      update?.();
    } finally {
      this.#waiting.shift();
      if (this.#waiting.length > 0) this.#requestFrame(this.#onFrame);
    }
  };
}
