/** The texts that change in one frame: the legends of the charts, or the texts of all panels. */
export type Texts = "legends" | "panels";

/**
 * Shares the frames of a page between the parts that follow the market. A frame with too much work is
 * late, so one chart is updated at each frame, in turn. Texts change together, because the browser
 * lays out and paints the page once for every frame in which a text changes. They have a turn of two
 * frames: the legends, then the panels with quotes, the account, the order book and the trades. With
 * four charts, each part has 8 updates a second at 60 frames a second. After a pause the texts come
 * first: a quote is in the next frame, or in the one after the legends.
 *
 * An update that is requested again before its turn has one turn.
 */
export class SharedFrames {
  readonly #requestFrame: (callback: () => void) => void;
  /** The updates of charts, and that of the texts, in the order of their turns. */
  readonly #waiting = new Set<() => void>();
  readonly #texts = { legends: new Set<() => void>(), panels: new Set<() => void>() };
  #isFrameRequested = false;
  /** Whether nothing waited when the next frame was requested. */
  #isAfterPause = true;
  /** The number of consecutive frames, up to the last one, that updated a chart, which is drawn now. */
  #chartsInARow = 0;
  #arePanelsNext = false;

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

  /** Call `update`, which changes texts, in the next turn of the texts. */
  readonly requestTexts = (texts: Texts, update: () => void): void => {
    this.#texts[texts].add(update);
    this.requestChart(this.#updateTexts);
  };

  #request(): void {
    const isNeeded = this.#waiting.size > 0 || this.#chartsInARow > 0 || this.#arePanelsNext;
    if (this.#isFrameRequested) return;
    this.#isFrameRequested = isNeeded;
    if (isNeeded) this.#requestFrame(this.#onFrame);
    else this.#isAfterPause = true;
  }

  readonly #onFrame = (): void => {
    this.#isFrameRequested = false;
    const chartsBefore = this.#chartsInARow;
    this.#chartsInARow = 0;
    const isTextFirst = this.#isAfterPause && this.#waiting.has(this.#updateTexts);
    this.#isAfterPause = false;
    const [first] = isTextFirst ? [this.#updateTexts] : this.#waiting;
    try {
      if (this.#arePanelsNext) this.#updatePanels();
      // After several charts, the texts wait until the last one is drawn.
      else if (first !== undefined && !(first === this.#updateTexts && chartsBefore > 1)) {
        if (first !== this.#updateTexts) this.#chartsInARow = chartsBefore + 1;
        // An update may request itself again, behind those that wait.
        this.#waiting.delete(first);
        first();
      }
    } finally {
      this.#request();
    }
  };

  readonly #updateTexts = (): void => {
    const { legends, panels } = this.#texts;
    if (legends.size === 0) this.#updatePanels();
    else {
      this.#arePanelsNext = panels.size > 0;
      callAll(legends);
    }
  };

  #updatePanels(): void {
    this.#arePanelsNext = false;
    // A text that was requested since the legends changes now, and needs no turn of its own.
    if (this.#texts.legends.size === 0) this.#waiting.delete(this.#updateTexts);
    callAll(this.#texts.panels);
  }
}

/**
 * Call the functions of a set, and remove each before its call. One that throws is reported. One that
 * is added meanwhile stays in the set.
 */
function callAll(updates: Set<() => void>): void {
  for (const update of [...updates]) {
    updates.delete(update);
    try {
      update();
    } catch (error) {
      reportError(error);
    }
  }
}
