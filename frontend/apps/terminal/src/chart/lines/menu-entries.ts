import { type OrderDuration, OrderType, type PreOrder, Side } from "@trading-api/client";
import type { AppStore } from "../../app-store.ts";
import { price as formatPrice } from "../../format.ts";
import { sideLabel } from "../../labels.ts";
import { lines } from "../../texts/lines.ts";
import { texts } from "../../texts/texts.ts";
import { parseDuration } from "../../ticket/duration.ts";
import { formatInput } from "../../ticket/parse-number.ts";
import type { TicketFields } from "../../ticket/ticket.ts";
import { summaryOf, type Touch, waitingOrder, waitingType } from "./chart-orders.ts";

/** A price of a chart. */
export interface ChartPlace {
  symbol: string;
  price: number;
  decimals: number;
  /** The last price of the chart. */
  last: number;
}

/** An entry of the menu of a chart. A switch has `isOn`. */
export interface MenuEntry {
  label: string;
  isOn?: boolean;
  isDisabled?: boolean;
  run(): void;
}

/** Return the groups of entries of the menu at a price. Each group has its own function. */
export function menuGroups(app: AppStore, place: ChartPlace): MenuEntry[][] {
  return [
    orderEntries(app, place),
    ticketEntries(app, place),
    alertEntries(app, place),
    [
      {
        label: texts.chart.oneClick,
        isOn: app.isOneClick(),
        run: () => app.setOneClick(!app.isOneClick()),
      },
    ],
  ].filter((group) => group.length > 0);
}

function orderEntries(app: AppStore, { symbol, price, decimals, last }: ChartPlace): MenuEntry[] {
  const { instrument } = app.ticket;
  // Until then, the ticket has the quantity of another symbol.
  if (instrument === null || app.symbol() !== symbol) return [note(lines.noInstrument(symbol))];
  const { bid, ask } = app.market.quote(symbol) ?? { bid: last, ask: last };
  const { hasBrackets, isReduceOnly, sizeMode } = app.ticket.fields;
  if (sizeMode === "risk") return [note(lines.noRisk)];
  const touch: Touch = { bid, ask };
  const duration = durationOf(app);
  const reduced = isReduceOnly ? app.account.position(symbol)?.side : undefined;
  const sides = [Side.Buy, Side.Sell].filter((side) => side !== reduced);
  const quantities = sides.map((side) => app.ticket.quantityAt(side, price));
  if (quantities.every((qty) => qty === null)) return [note(lines.noQuantity)];
  return sides.flatMap((side, index) => {
    const qty = quantities[index] ?? null;
    const type = waitingType(side, price, touch, instrument.allowedOrderTypes);
    if (type === null || qty === null) return [];
    const terms = { symbol, side, qty, duration, ...(isReduceOnly && { isClose: true }) };
    const order = waitingOrder(terms, type, price);
    const summary = summaryOf(order, decimals);
    // An order that reduces has no brackets in the ticket either.
    const label = isReduceOnly
      ? lines.reduceOnly(summary)
      : hasBrackets
        ? lines.withoutBrackets(summary)
        : summary;
    return [{ label, run: () => void placeOrder(app, order, label) }];
  });
}

/** Return an entry that only says why there is no order. */
const note = (label: string): MenuEntry => ({ label, isDisabled: true, run: () => {} });

/** Return the duration of the ticket, if an order with it waits. */
function durationOf({ ticket }: AppStore): OrderDuration {
  const duration = parseDuration(ticket.fields);
  const waits = duration !== null && ["GTC", "DAY", "GTD"].includes(duration.type);
  return waits ? duration : { type: "GTC" };
}

/** Place an order, after a confirmation unless one click is enough. */
async function placeOrder(app: AppStore, order: PreOrder, summary: string): Promise<void> {
  let orderId = "";
  const place = async () => {
    ({ orderId } = await app.account.broker.placeOrder(order));
  };
  const isPlaced = await app.runCommand("chart order", lines.notPlaced(summary), place, {
    confirm: summary,
    asks: !app.isOneClick(),
    order,
  });
  // A fill or a rejection has its own notification.
  if (!isPlaced || app.account.hasEnded(orderId)) return;
  app.notifications.show({
    tone: "info",
    title: lines.placed,
    text: summary,
    action: { label: lines.seeOrders, run: () => app.showPanel("orders") },
  });
}

function ticketEntries(app: AppStore, { price, decimals }: ChartPlace): MenuEntry[] {
  const text = formatInput(price, decimals);
  const shown = formatPrice(price, decimals);
  const set = (label: string, fields: Partial<TicketFields>): MenuEntry => ({
    label,
    run: () => {
      app.ticket.set(fields);
      app.setView("trade");
    },
  });
  const { type } = app.ticket.fields;
  const isStopLimit = type === OrderType.StopLimit;
  const side = sideLabel(app.ticket.fields.side);
  const entries = [
    set(lines.setLimit(side, shown), {
      type: isStopLimit ? type : OrderType.Limit,
      limitPrice: text,
    }),
    set(lines.setStop(side, shown), {
      type: isStopLimit ? type : OrderType.Stop,
      stopPrice: text,
      isStopTrailing: false,
    }),
  ];
  if (!app.account.supports("supportOrderBrackets")) return entries;
  return [
    ...entries,
    set(lines.setTakeProfit(shown), { hasBrackets: true, takeProfit: text }),
    set(lines.setStopLoss(shown), {
      hasBrackets: true,
      stopLoss: text,
      isStopLossTrailing: false,
    }),
  ];
}

function alertEntries(app: AppStore, { symbol, price, decimals }: ChartPlace): MenuEntry[] {
  if (!app.alerts.isAvailable) return [];
  const label = lines.addAlert(formatPrice(price, decimals));
  return [{ label, run: () => app.openDialog({ name: "alert", symbol, price }) }];
}
