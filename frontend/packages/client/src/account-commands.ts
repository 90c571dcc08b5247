import type { Brackets, LeverageParams, OrderPreview, PreOrder } from "./model/broker.ts";

/**
 * The commands of one account. `key` is the idempotency key of a command: the backend executes a
 * command with the same key once, whichever way it is sent.
 */
export interface AccountCommands {
  /** Return the id of the order, and the number of the account's event after the command. */
  place(order: PreOrder, key: string): Promise<{ orderId: string; seq: number }>;
  preview(order: PreOrder, orderId?: string): Promise<OrderPreview>;
  modify(orderId: string, order: PreOrder, key: string): Promise<void>;
  cancel(orderId: string, key: string): Promise<void>;
  /** Return the ids of the canceled orders, including their brackets. */
  cancelMany(orderIds: string[], key: string): Promise<string[]>;
  close(positionId: string, amount: number | undefined, key: string): Promise<void>;
  reverse(positionId: string, key: string): Promise<void>;
  editBrackets(positionId: string, brackets: Brackets, key: string): Promise<void>;
  setLeverage(
    params: LeverageParams & { leverage: number },
    key: string,
  ): Promise<{ leverage: number }>;
}
