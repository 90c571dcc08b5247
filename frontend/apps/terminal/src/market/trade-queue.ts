import type { Trade } from "@trading-api/client";

/** A line of the list of trades: a trade, or that there may be others which are unknown. */
export type TradeLine = Trade | "gap";

/** The number of trades that are listed. */
export const TRADES_MAX = 200;

/**
 * Collects the trades between two frames. None is lost, except those that newer ones push out of the
 * list anyway. What the server repeats after an interruption is not listed twice.
 */
export class TradeQueue {
  #pending: TradeLine[] = [];
  #last: Trade | null = null;
  #isInterrupted = false;

  push(trade: Trade): void {
    if (this.#isInterrupted) {
      this.#isInterrupted = false;
      // The server begins with the last trade. The same one means that nothing was traded.
      if (this.#last !== null && isSame(this.#last, trade)) return;
      if (this.#last !== null) this.#pending.push("gap");
    }
    this.#last = trade;
    this.#pending.push(trade);
    if (this.#pending.length > TRADES_MAX) this.#pending.shift();
  }

  /** Note that trades may be missed from here on, until the server repeats the last one. */
  interrupt(): void {
    this.#isInterrupted = true;
  }

  /** Forget everything, for another symbol. */
  clear(): void {
    this.#pending = [];
    this.#last = null;
    this.#isInterrupted = false;
  }

  /** Return the lines since the last call, oldest first. */
  take(): TradeLine[] {
    return this.#pending.splice(0);
  }
}

const isSame = (a: Trade, b: Trade): boolean =>
  a.time === b.time && a.price === b.price && a.qty === b.qty && a.side === b.side;
