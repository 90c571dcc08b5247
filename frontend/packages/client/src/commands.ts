import type { AccountCommands } from "./account-commands.ts";
import type { CommandSender } from "./command-sender.ts";
import type { CommandTransport } from "./command-transport.ts";
import type { Brackets, LeverageParams, OrderPreview, PreOrder } from "./model/broker.ts";

/**
 * The commands of one account, over the socket or over REST. A command without a key gets a new
 * one. A lost response is asked for again with the same key.
 */
export class Commands implements AccountCommands {
  readonly #transport: CommandTransport;
  readonly #sender: CommandSender;
  readonly #accountId: string | undefined;

  constructor(transport: CommandTransport, sender: CommandSender, accountId: string | undefined) {
    this.#transport = transport;
    this.#sender = sender;
    this.#accountId = accountId;
  }

  place(order: PreOrder, key?: string): Promise<{ orderId: string; seq: number }> {
    return this.#send((commands, own) => commands.place(order, own), key);
  }

  /** Return what an order would do, or a change of the order `orderId`. */
  preview(order: PreOrder, orderId?: string): Promise<OrderPreview> {
    return this.#transport.query(this.#accountId, (commands) => commands.preview(order, orderId));
  }

  modify(orderId: string, order: PreOrder, key?: string): Promise<void> {
    return this.#send((commands, own) => commands.modify(orderId, order, own), key);
  }

  cancel(orderId: string, key?: string): Promise<void> {
    return this.#send((commands, own) => commands.cancel(orderId, own), key);
  }

  cancelMany(orderIds: string[], key?: string): Promise<string[]> {
    return this.#send((commands, own) => commands.cancelMany(orderIds, own), key);
  }

  close(positionId: string, amount?: number, key?: string): Promise<void> {
    return this.#send((commands, own) => commands.close(positionId, amount, own), key);
  }

  reverse(positionId: string, key?: string): Promise<void> {
    return this.#send((commands, own) => commands.reverse(positionId, own), key);
  }

  editBrackets(positionId: string, brackets: Brackets, key?: string): Promise<void> {
    return this.#send((commands, own) => commands.editBrackets(positionId, brackets, own), key);
  }

  setLeverage(
    params: LeverageParams & { leverage: number },
    key?: string,
  ): Promise<{ leverage: number }> {
    return this.#send((commands, own) => commands.setLeverage(params, own), key);
  }

  #send<T>(
    command: (commands: AccountCommands, key: string) => Promise<T>,
    key: string | undefined,
  ): Promise<T> {
    const run = (own: string) =>
      this.#transport.run(this.#accountId, (commands) => command(commands, own));
    return this.#sender.send(run, key);
  }
}
