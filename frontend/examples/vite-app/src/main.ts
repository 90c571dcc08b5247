// An account and a chart's last bar, through the broker and the datafeed of the client.
import {
  type BrokerHost,
  BrokerTerminalService,
  OrderType,
  type Position,
  Side,
  SimpleWatchedValue,
  TradingClient,
} from "@trading-api/client";

const element = (id: string): HTMLElement => document.getElementById(id) as HTMLElement;
const show = (id: string, text: string): void => {
  element(id).textContent = text;
};

const baseUrl = new URLSearchParams(location.search).get("backend") ?? location.origin;
const client = new TradingClient({ baseUrl });
const positions = new Map<string, Position>();

/** What the broker reports. A page with TradingView's library gets its host from the library. */
const host: BrokerHost = {
  factory: { createWatchedValue: (value) => new SimpleWatchedValue(value) },
  orderUpdate: ({ id, status }) => show("message", `${id} has the status ${status}`),
  positionUpdate: (position) => {
    positions.set(position.id, position);
    const open = [...positions.values()].filter(({ qty }) => qty !== 0);
    const items = open.map(({ symbol, qty }) => {
      const item = document.createElement("li");
      item.textContent = `${symbol} ${qty}`;
      return item;
    });
    element("positions").replaceChildren(...items);
  },
  executionUpdate: () => {},
  equityUpdate: (equity) => show("equity", equity.toFixed(2)),
  connectionStatusUpdate: () => {},
  showNotification: (title, text) => show("message", `${title}: ${text}`),
};
const broker = new BrokerTerminalService(host, client.datafeed);

const run = (command: () => Promise<unknown>) => () => {
  command().catch((error: Error) => show("message", error.message));
};
const order = { symbol: "BTCUSD", type: OrderType.Market, side: Side.Buy, qty: 0.01 };
element("buy").addEventListener(
  "click",
  run(() => broker.placeOrder(order)),
);
element("close").addEventListener(
  "click",
  run(() => broker.closePosition("BTCUSD")),
);

client.datafeed.subscribeBars(
  { name: "BTCUSD" },
  "1",
  ({ close, volume }) => show("bar", `${close} (${volume})`),
  "last bar",
  () => {},
);
