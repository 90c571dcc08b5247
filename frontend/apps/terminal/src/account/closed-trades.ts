import type { ClosedTrade } from "@trading-api/client";
import { type Accessor, createSignal } from "solid-js";
import { PagedRows } from "../panels/paged-rows.ts";

const NEWEST_ROWS = 200;

export const keyOfTrade = ({ seq }: ClosedTrade): string => String(seq);

/** Read at most `limit` trades, the newest first, closed before the event `before`. */
export type ReadTrades = (
  limit: number,
  before: number | undefined,
) => Promise<readonly ClosedTrade[] | undefined>;

/** The closed trades of an account, the newest first. Older ones are read in pages. */
export class ClosedTrades {
  readonly #read: ReadTrades;
  readonly #rows = createSignal<PagedRows<ClosedTrade>>(this.#emptyRows());
  #isRefreshing = false;

  constructor(read: ReadTrades) {
    this.#read = read;
  }

  /** The rows that were read. They are others after a reset of the account. */
  readonly rows: Accessor<PagedRows<ClosedTrade>> = () => this.#rows[0]();

  /**
   * Read the trades that were closed since the last call. If none of the known ones is found, the
   * account was reset, and they are forgotten. Does nothing while a call is under way.
   */
  async refresh(): Promise<void> {
    if (this.#isRefreshing) return;
    this.#isRefreshing = true;
    try {
      await this.#refresh();
    } finally {
      this.#isRefreshing = false;
    }
  }

  async #refresh(): Promise<void> {
    const known = this.rows();
    const keys = new Set(known.rows.map(keyOfTrade));
    const fresh: ClosedTrade[] = [];
    while (true) {
      const page = await this.#readPage(NEWEST_ROWS, fresh.at(-1)?.seq);
      if (page === undefined) return;
      fresh.push(...page);
      if (page.some((trade) => keys.has(keyOfTrade(trade)))) {
        known.add(fresh);
        return;
      }
      const isEnd = page.length < NEWEST_ROWS;
      if (!isEnd && keys.size > 0) continue;
      const rows = keys.size === 0 ? known : this.#emptyRows();
      rows.addNewest(fresh, !isEnd);
      this.#rows[1](rows);
      return;
    }
  }

  #emptyRows(): PagedRows<ClosedTrade> {
    return new PagedRows<ClosedTrade>({
      read: (limit, before) =>
        this.#readPage(limit, before === undefined ? undefined : Number(before)),
      keyOf: keyOfTrade,
      compare: (a, b) => b.seq - a.seq,
    });
  }

  /** Read `limit` trades, or all that are left: the server may return them in several parts. */
  async #readPage(limit: number, before: number | undefined): Promise<ClosedTrade[] | undefined> {
    const found: ClosedTrade[] = [];
    while (found.length < limit) {
      const part = await this.#read(limit - found.length, found.at(-1)?.seq ?? before);
      if (part === undefined) return undefined;
      if (part.length === 0) break;
      found.push(...part);
    }
    return found;
  }
}
