// Shows a price and a position, and buys. `?backend=` is the address of the server.
import { OrderType, Side, sessionResumeStorage, TradingClient } from "@trading-api/client";

const show = (id, text) => {
  document.getElementById(id).value = text;
};
const parameters = new URLSearchParams(location.search);
const client = new TradingClient({
  baseUrl: parameters.get("backend") ?? location.origin,
  // What happens during a reload of the page is reported after it.
  resume: { storage: sessionResumeStorage() },
});
const accountId = parameters.get("account") ?? "DEMO-ACCOUNT";
const commands = client.commands(accountId);

client.socket.onState(({ phase }) => show("connection", phase));
client.feeds.quotes({ symbols: [], fast_symbols: ["BTCUSD"] }, (quote) => {
  if (quote.s === "ok") show("quote", `${quote.v.bid} / ${quote.v.ask}`);
});
client.feeds.positions({ accountId }, ({ symbol, qty }) => show("position", `${qty} ${symbol}`));

document.getElementById("buy").addEventListener("click", async () => {
  const order = { symbol: "BTCUSD", type: OrderType.Market, side: Side.Buy, qty: 0.01 };
  await commands.place(order).catch((error) => show("position", error.message));
});
