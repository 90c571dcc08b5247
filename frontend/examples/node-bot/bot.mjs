// Keeps a limit order one percent below the market, and moves it as the market moves.
import { OrderType, Side, TradingClient } from "@trading-api/client";

const { BACKEND = "http://127.0.0.1:8000", ACCOUNT = "BOT", MOVES = "10" } = process.env;
const client = new TradingClient({ baseUrl: BACKEND });
// A command that an outage interrupts is kept for 5 s, with its idempotency key.
const commands = client.commands(ACCOUNT, { whileDisconnected: "keep", timeLimitMs: 5_000 });

const orders = client.feeds.orders({ accountId: ACCOUNT }, ({ id, status, limitPrice }) => {
  console.log(`${id} has the status ${status} and the price ${limitPrice}`);
});
await orders.confirmed;

let orderId = "";
for (let moves = 0, last = 0; moves <= Number(MOVES); ) {
  const limitPrice = Math.floor((await nextBid()) * 0.99);
  if (limitPrice === last) continue;
  const order = { symbol: "BTCUSD", type: OrderType.Limit, side: Side.Buy, qty: 0.01, limitPrice };
  if (orderId === "") orderId = (await commands.place(order)).orderId;
  else await commands.modify(orderId, order);
  last = limitPrice;
  moves += 1;
}
await commands.cancel(orderId);
console.log(`canceled ${orderId}`);
client.close();

/** Resolve to the bid of the next quote. */
function nextBid() {
  return new Promise((resolve) => {
    let isFirst = true;
    const quotes = client.feeds.quotes({ symbols: [], fast_symbols: ["BTCUSD"] }, (quote) => {
      if (quote.s !== "ok") return;
      if (!isFirst) {
        quotes.unsubscribe();
        resolve(quote.v.bid);
      }
      isFirst = false;
    });
  });
}
