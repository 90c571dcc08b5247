import type { Update } from "./routes.ts";

/**
 * Whether a topic's numbered updates follow each other. An update names the one before it (`prev`);
 * one without numbers, or without `prev` (it is the state), is taken as it is.
 */
export class Continuity {
  /** The last number passed on; null where updates are not numbered. */
  last: number | null = null;
  #held: Update[] = [];
  #isWaiting = false;

  /** The state comes anew: numbers may begin anywhere. Those that waited, to pass on before it. */
  restart(): Update[] {
    const held = this.#held.filter((update) => !this.#isRepeated(update));
    this.last = null;
    this.#held = [];
    this.#isWaiting = false;
    return held;
  }

  /** Those to pass on now, in their order, or null: something is missing before this one. */
  take(update: Update): Update[] | null {
    if (this.#isWaiting || this.#isAhead(update)) {
      this.#held.push(update);
      return this.#isWaiting ? [] : null;
    }
    return this.#isRepeated(update) ? [] : [this.#passed(update), ...this.#passHeld()];
  }

  /** What is missing was asked for: until the answer, updates wait. */
  wait(): void {
    this.#isWaiting = true;
  }

  /** The answer is here, and what was missing follows it. */
  resume(): Update[] {
    this.#isWaiting = false;
    return this.#passHeld();
  }

  #passHeld(): Update[] {
    const passed: Update[] = [];
    for (let update = this.#nextHeld(); update !== undefined; update = this.#nextHeld()) {
      if (!this.#isRepeated(update)) passed.push(this.#passed(update));
    }
    return passed;
  }

  #nextHeld(): Update | undefined {
    const index = this.#held.findIndex((update) => !this.#isAhead(update));
    return index < 0 ? undefined : this.#held.splice(index, 1)[0];
  }

  #passed(update: Update): Update {
    if (typeof update.seq === "number") this.last = Math.max(this.last ?? update.seq, update.seq);
    return update;
  }

  #isAhead({ prev }: Update): boolean {
    return typeof prev === "number" && this.last !== null && prev > this.last;
  }

  #isRepeated({ seq, prev }: Update): boolean {
    if (typeof seq !== "number" || typeof prev !== "number" || this.last === null) return false;
    return seq <= this.last && prev !== this.last;
  }
}
