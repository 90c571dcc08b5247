import type { Update } from "./routes.ts";

/**
 * Checks that the numbered updates of a topic follow each other, and buffers those after a gap.
 * An update has a number (`seq`) and names the one before it (`prev`). An update without numbers,
 * or without `prev` because it is part of the state, is accepted as it is.
 */
export class SequenceTracker {
  /** The number of the last released update; null where the updates have no numbers. */
  lastSeq: number | null = null;
  #buffered: Update[] = [];
  #isReplaying = false;

  /**
   * Forget all numbers, because a state follows that may begin with any number. Return the buffered
   * updates, except repeated ones.
   */
  reset(): Update[] {
    const buffered = this.#buffered.filter((update) => !this.#isRepeated(update));
    this.lastSeq = null;
    this.#buffered = [];
    this.#isReplaying = false;
    return buffered;
  }

  /** Return the updates to release now, in order, or null if one before `update` is missing. */
  accept(update: Update): Update[] | null {
    if (this.#isReplaying || this.#isAhead(update)) {
      this.#buffered.push(update);
      return this.#isReplaying ? [] : null;
    }
    return this.#isRepeated(update) ? [] : [this.#release(update), ...this.#releaseBuffered()];
  }

  /** Buffer every update until `finishReplay`, because the missing ones were requested. */
  startReplay(): void {
    this.#isReplaying = true;
  }

  /** Return the updates to release now. The server's reply arrived, and the missed ones follow. */
  finishReplay(): Update[] {
    this.#isReplaying = false;
    return this.#releaseBuffered();
  }

  #releaseBuffered(): Update[] {
    const released: Update[] = [];
    for (let update = this.#nextBuffered(); update !== undefined; update = this.#nextBuffered()) {
      if (!this.#isRepeated(update)) released.push(this.#release(update));
    }
    return released;
  }

  #nextBuffered(): Update | undefined {
    const index = this.#buffered.findIndex((update) => !this.#isAhead(update));
    return index < 0 ? undefined : this.#buffered.splice(index, 1)[0];
  }

  #release(update: Update): Update {
    const { seq } = update;
    if (typeof seq === "number") this.lastSeq = Math.max(this.lastSeq ?? seq, seq);
    return update;
  }

  #isAhead({ prev }: Update): boolean {
    return typeof prev === "number" && this.lastSeq !== null && prev > this.lastSeq;
  }

  #isRepeated({ seq, prev }: Update): boolean {
    if (typeof seq !== "number" || typeof prev !== "number" || this.lastSeq === null) return false;
    return seq <= this.lastSeq && prev !== this.lastSeq;
  }
}
