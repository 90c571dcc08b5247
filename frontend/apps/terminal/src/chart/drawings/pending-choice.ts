/** What a user chose last, while it cannot be done yet. A newer choice takes its place. */
export class PendingChoice<T> {
  #pending: { readonly value: T } | null = null;

  /** What is chosen and not done yet, or undefined. */
  get value(): T | undefined {
    return this.#pending?.value;
  }

  /** Choose `value`. Once `ready` resolves, `run` is called unless the choice was dropped. */
  async make<R>(value: T, ready: Promise<R>, run: (ready: R) => void): Promise<void> {
    const own = { value };
    this.#pending = own;
    const found = await ready;
    if (this.#pending !== own) return;
    this.#pending = null;
    run(found);
  }

  drop(): void {
    this.#pending = null;
  }
}
