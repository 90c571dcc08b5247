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
  /** The first trades, without those after a gap. */
  #first: Trade[] = [];
  #isFirst = true;

  push(trade: Trade): void {
    if (this.#isInterrupted) {
      this.#isInterrupted = false;
      // The server begins with the last trade. The same one means that nothing was traded.
      if (this.#last !== null && isSame(this.#last, trade)) return;
      if (this.#last !== null) {
        this.#pending.push("gap");
        this.#isFirst = false;
      }
    }
    if (this.#isFirst && this.#first.length < TRADES_MAX) this.#first.push(trade);
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
    this.#first = [];
    this.#isFirst = true;
  }

  /**
   * Return the lines before the first trade, oldest first, from the `recent` trades that the server
   * listed after that one was pushed.
   */
  older(recent: readonly Trade[]): TradeLine[] {
    return linesBefore(this.#first, recent);
  }

  /** Return the lines since the last call, oldest first. */
  take(): TradeLine[] {
    return this.#pending.splice(0);
  }
}

const isSame = (a: Trade, b: Trade): boolean =>
  a.time === b.time && a.price === b.price && a.qty === b.qty && a.side === b.side;

/** Return the part of `recent` before what it has in common with the beginning of `live`. */
function linesBefore(live: readonly Trade[], recent: readonly Trade[]): TradeLine[] {
  const [start, end] = [live[0], recent.at(-1)];
  if (start === undefined || end === undefined) return [];
  const isOverlap = (at: number) =>
    recent.slice(at, at + live.length).every((trade, index) => isSame(trade, live[index] as Trade));
  const places = recent.map((_, at) => at).filter(isOverlap);
  // The stream may be behind the list, but of two places that one is right where it is not.
  const found = places.find((at) => recent.length - at <= live.length) ?? places[0];
  if (found !== undefined) return recent.slice(0, found);
  return end.time < start.time ? [...recent, "gap"] : [];
}
