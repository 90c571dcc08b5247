import type { Update } from "./routes.ts";

/**
 * Whether a topic's numbered updates follow each other. An update names the one before it (`prev`);
 * one without numbers, or without `prev` (it is the state), is taken as it is.
 */
export class SequenceTracker {
  /** The last number released on; null where updates are not numbered. */
  lastSeq: number | null = null;
  #buffered: Update[] = [];
  #isReplaying = false;

  /** The state comes anew: numbers may begin anywhere. Those that waited, to pass on before it. */
  reset(): Update[] {
    const buffered = this.#buffered.filter((update) => !this.#isRepeated(update));
    this.lastSeq = null;
    this.#buffered = [];
    this.#isReplaying = false;
    return buffered;
  }

  /** Those to pass on now, in their order, or null: something is missing before this one. */
  accept(update: Update): Update[] | null {
    if (this.#isReplaying || this.#isAhead(update)) {
      this.#buffered.push(update);
      return this.#isReplaying ? [] : null;
    }
    return this.#isRepeated(update) ? [] : [this.#release(update), ...this.#releaseBuffered()];
  }

  /** What is missing was asked for: until the answer, updates wait. */
  startReplay(): void {
    this.#isReplaying = true;
  }

  /** The answer is here, and what was missing follows it. */
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
    if (typeof update.seq === "number")
      this.lastSeq = Math.max(this.lastSeq ?? update.seq, update.seq);
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
