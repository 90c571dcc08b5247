/** The number of changes that can be undone. */
const CHANGES_MAX = 100;

/** States that can be undone and redone. They are values: a change makes another state. */
export class History<T> {
  #past: T[] = [];
  #future: T[] = [];
  #present: T;

  constructor(present: T) {
    this.#present = present;
  }

  get present(): T {
    return this.#present;
  }
  get canUndo(): boolean {
    return this.#past.length > 0;
  }
  get canRedo(): boolean {
    return this.#future.length > 0;
  }

  /** Make a change that can be undone. What was undone before cannot be redone any more. */
  change(next: T): void {
    this.#past = [...this.#past, this.#present].slice(-CHANGES_MAX);
    this.#future = [];
    this.#present = next;
  }

  /** Make a change to all states, which cannot be undone: someone else made it. */
  rebase(present: T, changed: (state: T) => T): void {
    this.#past = this.#past.map(changed);
    this.#future = this.#future.map(changed);
    this.#present = present;
  }

  undo(): void {
    const previous = this.#past.at(-1);
    if (previous === undefined) return;
    this.#past = this.#past.slice(0, -1);
    this.#future = [...this.#future, this.#present];
    this.#present = previous;
  }

  redo(): void {
    const next = this.#future.at(-1);
    if (next === undefined) return;
    this.#future = this.#future.slice(0, -1);
    this.#past = [...this.#past, this.#present];
    this.#present = next;
  }
}
