// Subscribes to a price and to the orders of an account, buys, and prints the fill.
import { OrderStatus, OrderType, Side, TradingClient } from "@trading-api/client";

const client = new TradingClient({ baseUrl: process.env.BACKEND ?? "http://127.0.0.1:8000" });
const { id: accountId } = await client.rest.account().info();

const filled = Promise.withResolvers<string>();
client.feeds.quotes({ symbols: [], fast_symbols: ["BTCUSD"] }, (quote) => {
  if (quote.s === "ok") console.log(`BTCUSD ${quote.v.bid} ${quote.v.ask}`);
});
const orders = client.feeds.orders({ accountId }, ({ id, status, filledQty, avgPrice }) => {
  if (status === OrderStatus.Filled) filled.resolve(`${id}: ${filledQty} at ${avgPrice}`);
});
await orders.confirmed;

const order = { symbol: "BTCUSD", type: OrderType.Market, side: Side.Buy, qty: 0.001 };
// A second argument would be the idempotency key: with the same key the order is placed once.
await client.commands(accountId).place(order);
console.log(await filled.promise);
client.close();
