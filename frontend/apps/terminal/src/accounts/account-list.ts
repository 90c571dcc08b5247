import type { Account, AccountPage } from "@trading-api/client";
import { createSignal } from "solid-js";

export const PAGE = 200;
/** More pages are not loaded: 10,000 accounts. */
const PAGES_MAX = 50;

/** The accounts that were loaded, page by page, sorted by id. */
export class AccountList {
  readonly #read: (page: AccountPage) => Promise<Account[]>;
  readonly #accounts = createSignal<readonly Account[]>([]);
  readonly #state = createSignal<"loading" | "loaded" | "failed">("loading");
  readonly #hasMore = createSignal(false);

  constructor(read: (page: AccountPage) => Promise<Account[]>) {
    this.#read = read;
  }

  get accounts(): readonly Account[] {
    return this.#accounts[0]();
  }
  get state(): "loading" | "loaded" | "failed" {
    return this.#state[0]();
  }
  get hasMore(): boolean {
    return this.#hasMore[0]();
  }

  /** Load the accounts again: as many as are shown, or the first page. */
  reload(): Promise<void> {
    return this.#load([], Math.max(PAGE, this.accounts.length));
  }

  /** Load the next page. */
  more(): Promise<void> {
    return this.#load(this.accounts, PAGE);
  }

  async #load(known: readonly Account[], count: number): Promise<void> {
    this.#state[1]("loading");
    try {
      const after = known.at(-1)?.id;
      const limit = Math.min(10_000, count);
      const page = await this.#read({ limit, ...(after !== undefined && { after }) });
      this.#accounts[1]([...known, ...page]);
      this.#hasMore[1](page.length === limit && this.accounts.length < PAGE * PAGES_MAX);
      this.#state[1]("loaded");
    } catch {
      this.#state[1]("failed");
    }
  }
}

/** Return the accounts whose id or name contains the text, in any case. */
export function matching(accounts: readonly Account[], text: string): Account[] {
  const wanted = text.trim().toLocaleLowerCase();
  return accounts.filter(({ id, name }) =>
    [id, name].some((each) => each.toLocaleLowerCase().includes(wanted)),
  );
}

/** What an id of an account looks like. */
export const ACCOUNT_ID = /^[A-Za-z0-9_.-]{1,64}$/;
const LIVE = /^live-/i;

/** Return whether a new paper account may have the id. */
export const isNewId = (id: string): boolean => ACCOUNT_ID.test(id) && !LIVE.test(id);
