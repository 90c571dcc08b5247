/** The texts that change in one frame: the legends of the charts, or all others. */
export type Texts = "legends" | "figures";

/**
 * Shares the frames of a page between the parts that follow the market. A frame with too much work is
 * late, so one chart is updated at each frame, in turn. Texts change together, because the browser
 * lays out and paints the page once for every frame in which a text changes. The legends have a turn
 * of their own, and so have the other texts: quotes, the account, the order book and the trades. At
 * 60 frames a second, each of four charts and the texts have at least 8 updates a second.
 *
 * An update that is requested again before its turn has one turn.
 */
export class SharedFrames {
  readonly #requestFrame: (callback: () => void) => void;
  readonly #waiting = new Set<() => void>();
  readonly #texts = { legends: new Turn(), figures: new Turn() };
  #isFrameRequested = false;
  /** Whether the last frame updated a chart. The chart's engine draws it in the next frame. */
  #isChartDrawn = false;

  constructor(
    requestFrame = (callback: () => void): void => {
      requestAnimationFrame(callback);
    },
  ) {
    this.#requestFrame = requestFrame;
  }

  /** Call `update`, which changes one chart, at one of the next frames. */
  readonly requestChart = (update: () => void): void => {
    this.#waiting.add(update);
    this.#request();
  };

  /** Call `update`, which changes texts, in the next turn of these texts. */
  readonly requestTexts = (texts: Texts, update: () => void): void => {
    const turn = this.#texts[texts];
    turn.updates.add(update);
    this.#waiting.add(turn.run);
    this.#request();
  };

  #request(): void {
    if (this.#isFrameRequested || this.#waiting.size === 0) return;
    this.#isFrameRequested = true;
    this.#requestFrame(this.#onFrame);
  }

  readonly #onFrame = (): void => {
    this.#isFrameRequested = false;
    const [update] = this.#waiting;
    const isAfterChart = this.#isChartDrawn;
    const { legends, figures } = this.#texts;
    this.#isChartDrawn = update !== legends.run && update !== figures.run;
    try {
      if (update !== undefined && (this.#isChartDrawn || !isAfterChart)) {
        // The update may request itself again, behind those that wait.
        this.#waiting.delete(update);
        update();
      }
    } finally {
      this.#request();
    }
  };
}

/** Updates that are called in one frame. */
class Turn {
  readonly updates = new Set<() => void>();

  readonly run = (): void => {
    const updates = [...this.updates];
    this.updates.clear();
    callAll(updates);
  };
}

/** Call functions in order. One that throws does not keep the others from being called. */
function callAll([first, ...others]: readonly (() => void)[]): void {
  try {
    first?.();
  } finally {
    if (others.length > 0) callAll(others);
  }
}
