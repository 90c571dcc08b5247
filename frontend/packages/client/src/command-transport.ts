import type { AccountCommands } from "./account-commands.ts";
import { NotConnectedError } from "./errors.ts";
import type { Connection } from "./feeds.ts";
import type { Rest } from "./rest-client.ts";
import { createSocketCommands } from "./socket-commands.ts";

/** Decides for each command whether it is sent over the socket or over REST. */
export class CommandTransport {
  readonly #rest: Rest;
  readonly #connection: Connection;

  constructor(rest: Rest, connection: Connection) {
    this.#rest = rest;
    this.#connection = connection;
  }

  /**
   * Run a command over the socket while it takes commands, and otherwise over REST. Without an id,
   * which a message needs, it is run over REST on the default account.
   */
  run<T>(
    accountId: string | undefined,
    command: (commands: AccountCommands) => Promise<T>,
  ): Promise<T> {
    const channel = this.#connection.commands;
    if (accountId !== undefined && channel?.isOpen)
      return command(createSocketCommands(channel, accountId));
    return command(this.#rest.account(accountId));
  }

  /** Run a query as `run` does. It changes nothing, so a lost answer is asked for over REST. */
  async query<T>(
    accountId: string | undefined,
    query: (commands: AccountCommands) => Promise<T>,
  ): Promise<T> {
    try {
      return await this.run(accountId, query);
    } catch (error) {
      if (!(error instanceof NotConnectedError)) throw error;
      return query(this.#rest.account(accountId));
    }
  }
}
