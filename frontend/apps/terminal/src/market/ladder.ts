// The arithmetic of the order book. Prices are whole numbers of ticks, so that groups are exact.
import {
  type Order,
  type Orderbook,
  type OrderbookLevel,
  OrderStatus,
  Side,
  type SymbolInfo,
} from "@trading-api/client";
import { decimalsOf } from "../format.ts";

/** The most levels of a side that the server sends. */
export const DEPTH_MAX = 50;

/** A row of one side. `total` is the size of this row and all better ones. */
export interface BookRow {
  ticks: number;
  size: number;
  total: number;
  /** What the own orders at this price have left, or 0. */
  own: number;
  /** Whether the group may have more levels than the server sends. */
  isPartial: boolean;
}

/** What an order book shows: both sides with the best row first. */
export interface Ladder {
  asks: BookRow[];
  bids: BookRow[];
  /** The best prices of the book itself, in ticks. */
  ask: number | undefined;
  bid: number | undefined;
}

/** A working order of the account: the side on which its price is, and what it has left. */
export interface OwnOrder {
  side: Side;
  ticks: number;
  qty: number;
}

type Scaled = Pick<SymbolInfo, "minmov" | "pricescale"> & { volume_precision?: number };

/** Converts the prices of a symbol to ticks and back. */
export class TickScale {
  readonly #minmov: number;
  readonly #pricescale: number;
  readonly decimals: number;
  /** The decimals of quantities. */
  readonly sizeDecimals: number;

  constructor({ minmov, pricescale, volume_precision = 0 }: Scaled) {
    this.#minmov = minmov;
    this.#pricescale = pricescale;
    this.decimals = decimalsOf(minmov / pricescale);
    this.sizeDecimals = Math.min(Math.max(volume_precision, 0), 8);
  }

  ticks(price: number): number {
    return Math.round((price * this.#pricescale) / this.#minmov);
  }

  price(ticks: number): number {
    return (ticks * this.#minmov) / this.#pricescale;
  }
}

/** Return the group of a price. It is never better than the price: bids round down, asks up. */
export function groupOf(ticks: number, step: number, side: Side): number {
  const groups = side === Side.Buy ? Math.floor(ticks / step) : Math.ceil(ticks / step);
  // Adding 0 makes -0 a 0.
  return groups * step + 0;
}

/** Return the multiples of the tick by which a book at the price `ticks` can be grouped. */
export function groupSteps(ticks: number): number[] {
  const steps = [1, 10, 100, 1_000, 10_000].flatMap((unit) => [unit, 2 * unit, 5 * unit]);
  // A group of more than a hundredth of the price would hide the book.
  return steps.filter((step) => step === 1 || step <= Math.abs(ticks) / 100);
}

/** Return the orders of the account that work at a price of a symbol. */
export function ownOrders(orders: readonly Order[], symbol: string, scale: TickScale): OwnOrder[] {
  return orders.flatMap(({ symbol: of, status, side, qty, filledQty, limitPrice, stopPrice }) => {
    const price = stopPrice ?? limitPrice;
    if (of !== symbol || status !== OrderStatus.Working || price === undefined) return [];
    // A stop waits on the far side of the market: one that buys is above the asks.
    const shownSide = stopPrice === undefined ? side : (-side as Side);
    return [{ side: shownSide, ticks: scale.ticks(price), qty: qty - (filledQty ?? 0) }];
  });
}

/** Group a book, and return at most `rows` of each side. Own orders within them have a row. */
export function ladderOf(
  book: Orderbook,
  scale: TickScale,
  { step, rows, own }: { step: number; rows: number; own: readonly OwnOrder[] },
): Ladder {
  const sideOf = (levels: readonly OrderbookLevel[], side: Side) =>
    groupSide(
      levels.map(({ price, volume }) => ({ ticks: scale.ticks(price), size: volume })),
      own.filter((order) => order.side === side),
      { side, step, rows },
    );
  const [ask, bid] = [book.asks[0], book.bids.at(-1)];
  return {
    asks: sideOf(book.asks, Side.Sell),
    bids: sideOf(book.bids.toReversed(), Side.Buy),
    ask: ask && scale.ticks(ask.price),
    bid: bid && scale.ticks(bid.price),
  };
}

/** Group the levels of one side, which are best first. */
function groupSide(
  levels: readonly { ticks: number; size: number }[],
  own: readonly OwnOrder[],
  { side, step, rows }: { side: Side; step: number; rows: number },
): BookRow[] {
  const found = new Map<number, BookRow>();
  const rowAt = (ticks: number) => {
    const at = groupOf(ticks, step, side);
    let row = found.get(at);
    if (row === undefined) {
      row = { ticks: at, size: 0, total: 0, own: 0, isPartial: false };
      found.set(at, row);
    }
    return row;
  };
  for (const { ticks, size } of levels) rowAt(ticks).size += size;
  const worst = levels.at(-1);
  if (worst && step > 1 && levels.length >= DEPTH_MAX) rowAt(worst.ticks).isPartial = true;
  for (const { ticks, qty } of own) {
    const isKnown = worst !== undefined && (worst.ticks - ticks) * side <= 0;
    if (isKnown) rowAt(ticks).own += qty;
  }
  const sorted = [...found.values()].sort((a, b) => (b.ticks - a.ticks) * side).slice(0, rows);
  let total = 0;
  for (const row of sorted) {
    total += row.size;
    row.total = total;
  }
  return sorted;
}

/** The difference of the best prices: in the symbol's currency, in percent, and their middle. */
export function spreadOf(
  { ask, bid }: Ladder,
  scale: TickScale,
): { spread: number; percent: number; mid: number } | null {
  if (ask === undefined || bid === undefined) return null;
  const [spread, mid] = [scale.price(ask - bid), scale.price(ask + bid) / 2];
  return { spread, percent: mid === 0 ? 0 : (spread / mid) * 100, mid };
}
