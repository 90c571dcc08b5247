import type { AccountCommands } from "./account-commands.ts";
import type { CommandChannel } from "./command-channel.ts";
import * as map from "./mappers.ts";
import type { CommandPayload, CommandType } from "./routes.ts";

/** Return the commands of an account over the socket. */
export function createSocketCommands(
  channel: Pick<CommandChannel, "send">,
  accountId: string,
): AccountCommands {
  const send = <T extends CommandType>(type: T, payload: CommandPayload<T>, key?: string) =>
    channel.send(type, { accountId, ...(key !== undefined && { key }), ...payload });
  return {
    async place(order, key) {
      const { orderId, seq } = await send("orders.place", { order: map.mapPreOrder(order) }, key);
      return { orderId, seq };
    },
    async preview(order, orderId) {
      const payload = { order: map.mapPreOrder(order), ...(orderId !== undefined && { orderId }) };
      return map.mapPreview((await send("orders.preview", payload)).preview);
    },
    async modify(orderId, order, key) {
      await send("orders.modify", { orderId, order: map.mapPreOrder(order) }, key);
    },
    async cancel(orderId, key) {
      await send("orders.cancel", { orderId }, key);
    },
    async cancelMany(orderIds, key) {
      return (await send("orders.cancel-many", { orderIds }, key)).canceled;
    },
    async close(positionId, amount, key) {
      const payload = { positionId, ...(amount !== undefined && { amount }) };
      await send("positions.close", payload, key);
    },
    async reverse(positionId, key) {
      await send("positions.reverse", { positionId }, key);
    },
    async editBrackets(positionId, brackets, key) {
      const payload = { positionId, brackets: map.mapBrackets(brackets) };
      await send("positions.brackets", payload, key);
    },
    async setLeverage({ symbol, orderType, side, leverage }, key) {
      const reply = await send("leverage.set", { symbol, orderType, side, leverage }, key);
      return { leverage: reply.leverage };
    },
  };
}
