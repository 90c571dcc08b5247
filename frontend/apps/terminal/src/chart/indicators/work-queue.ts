/** A task that returns whether it is finished. Each call does a small part of the work. */
export type Task = () => boolean;

/** The longest time that tasks run in one turn, so that no frame is late. */
const SLICE_MS = 8;

/** Runs long tasks in slices, so that the page answers between them. */
export class WorkQueue {
  readonly #tasks = new Set<Task>();
  readonly #now: () => number;
  readonly #later: (callback: () => void) => void;
  #isScheduled = false;

  constructor(
    now: () => number = () => performance.now(),
    later: (callback: () => void) => void = (callback) => void setTimeout(callback),
  ) {
    this.#now = now;
    this.#later = later;
  }

  /** Begin a task immediately. It continues later if it takes longer than a slice. */
  run(task: Task): void {
    if (this.#runSlice(task, this.#now() + SLICE_MS)) return;
    this.#tasks.add(task);
    this.#schedule();
  }

  cancel(task: Task): void {
    this.#tasks.delete(task);
  }

  #schedule(): void {
    if (this.#isScheduled || this.#tasks.size === 0) return;
    this.#isScheduled = true;
    this.#later(() => {
      this.#isScheduled = false;
      const end = this.#now() + SLICE_MS;
      for (const task of this.#tasks) {
        if (this.#runSlice(task, end)) this.#tasks.delete(task);
        if (this.#now() >= end) break;
      }
      this.#schedule();
    });
  }

  #runSlice(task: Task, end: number): boolean {
    do {
      if (task()) return true;
    } while (this.#now() < end);
    return false;
  }
}
