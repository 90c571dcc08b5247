import type { Client } from "openapi-fetch";
import type { paths } from "./generated/rest.ts";
import { newIdempotencyKey } from "./idempotency-key.ts";
import * as map from "./mappers.ts";
import type { Account } from "./model/broker.ts";
import { unwrap } from "./rest-commands.ts";

/** Which of the accounts to return: at most `limit` of those whose ids come after `after`. */
export interface AccountPage {
  limit?: number;
  after?: string;
}

/** The accounts that the caller may use. A command with a `key` that is repeated is done once. */
export interface AccountsRest {
  /** Return accounts sorted by id: at most 10,000. */
  list(page?: AccountPage): Promise<Account[]>;
  /** Create a paper account, unless it exists, and give it a name; an empty one removes the name. */
  put(id: string, name?: string, key?: string): Promise<void>;
  /** Add cash to a paper account. */
  deposit(id: string, amount: number, key?: string): Promise<void>;
  /** Take cash out of a paper account: at most its balance and its free margin. */
  withdraw(id: string, amount: number, key?: string): Promise<void>;
  /**
   * Cancel the orders of a paper account, remove its positions and set its balance, by default to
   * the server's initial balance.
   */
  reset(id: string, balance?: number, key?: string): Promise<void>;
}

export function createAccountsRest(http: Client<paths>): AccountsRest {
  const ofAccount = (account_id: string, key = newIdempotencyKey()) => ({
    path: { account_id },
    header: { "Idempotency-Key": key },
  });
  return {
    async list(query = {}) {
      const accounts = await http.GET("/api/v1/broker/accounts", { params: { query } });
      return unwrap(accounts).map(map.mapAccount);
    },
    async put(id, name, key) {
      const request = { params: ofAccount(id, key), body: name === undefined ? {} : { name } };
      unwrap(await http.PUT("/api/v1/broker/accounts/{account_id}", request));
    },
    async deposit(id, amount, key) {
      const request = { params: ofAccount(id, key), body: { amount } };
      unwrap(await http.POST("/api/v1/broker/accounts/{account_id}/deposit", request));
    },
    async withdraw(id, amount, key) {
      const request = { params: ofAccount(id, key), body: { amount } };
      unwrap(await http.POST("/api/v1/broker/accounts/{account_id}/withdraw", request));
    },
    async reset(id, balance, key) {
      const body = balance === undefined ? {} : { balance };
      const request = { params: ofAccount(id, key), body };
      unwrap(await http.POST("/api/v1/broker/accounts/{account_id}/reset", request));
    },
  };
}
