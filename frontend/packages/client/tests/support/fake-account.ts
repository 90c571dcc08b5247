import { ApiError } from "../../src/errors.ts";
import type { Execution, Order, Position } from "../../src/model/broker.ts";
import type { AccountRest } from "../../src/rest-client.ts";

/** What REST tells of an account, as a test says; `gate` holds its answers back. */
export class FakeAccount {
  placed: Order[] = [];
  open: Position[] = [];
  executed: Execution[] = [];
  gate: Promise<void> = Promise.resolve();

  readonly rest = {
    orders: () => this.#answer(() => this.placed),
    positions: () => this.#answer(() => this.open),
    recentExecutions: () => this.#answer(() => this.executed),
    order: async () => {
      throw new ApiError(404, "order_not_found", "There is no such order.");
    },
  } as unknown as AccountRest;

  /** As it is now, told when the gate opens. */
  async #answer<T>(read: () => T[]): Promise<T[]> {
    const found = [...read()];
    await this.gate;
    return found;
  }
}
