import { ApiError } from "../../src/errors.ts";
import { type Execution, isLive, type Order, type Position } from "../../src/model/broker.ts";
import type { AccountRest } from "../../src/rest-client.ts";

/** The REST API of an account with data of the test. `gate` delays its responses. */
export class FakeAccount {
  placed: Order[] = [];
  open: Position[] = [];
  executed: Execution[] = [];
  gate: Promise<void> = Promise.resolve();
  nowMs = 0;

  readonly rest = {
    orders: (endedSince = 0) =>
      this.#respond(() =>
        this.placed.filter(
          ({ status, updateTime = 0 }) => isLive(status) || updateTime >= endedSince,
        ),
      ),
    positions: () => this.#respond(() => this.open),
    recentExecutions: () => this.#respond(() => this.executed),
    order: async () => {
      throw new ApiError(404, "order_not_found", "There is no such order.");
    },
  } as unknown as AccountRest;

  /** Return the present data once the gate opens. */
  async #respond<T>(read: () => T[]): Promise<T[]> {
    const found = [...read()];
    await this.gate;
    return found;
  }
}
