import {
  type DurationType,
  type InstrumentInfo,
  isLive,
  OrderType,
  type PreOrder,
  Side,
} from "@trading-api/client";
import { createSignal } from "solid-js";
import { createStore } from "solid-js/store";
import type { Desk } from "../desk.ts";
import { decimalsOf, quantity } from "../format.ts";
import { sideName } from "../wording.ts";

/** As it is typed. An empty bracket is none. */
export interface TicketFields {
  side: Side;
  type: OrderType;
  qty: string;
  limitPrice: string;
  stopPrice: string;
  takeProfit: string;
  stopLoss: string;
  hasBrackets: boolean;
  duration: DurationType;
}

export const needsLimit = (type: OrderType): boolean =>
  type === OrderType.Limit || type === OrderType.StopLimit;
export const needsStop = (type: OrderType): boolean =>
  type === OrderType.Stop || type === OrderType.StopLimit;

/** What is about to be ordered, of the desk's symbol. */
export class Ticket {
  readonly #desk: Desk;
  readonly #fields = createStore<TicketFields>({
    side: Side.Buy,
    type: OrderType.Market,
    qty: "1",
    limitPrice: "",
    stopPrice: "",
    takeProfit: "",
    stopLoss: "",
    hasBrackets: false,
    duration: "GTC",
  });
  readonly #instrument = createSignal<InstrumentInfo | null>(null);
  readonly #isSending = createSignal(false);

  constructor(desk: Desk) {
    this.#desk = desk;
  }

  get fields(): TicketFields {
    return this.#fields[0];
  }
  get instrument(): InstrumentInfo | null {
    return this.#instrument[0]();
  }
  get isSending(): boolean {
    return this.#isSending[0]();
  }
  get decimals(): number {
    return decimalsOf(this.instrument?.minTick ?? 0.01);
  }

  /** Of another symbol: its prices are not the last one's. */
  begin(): void {
    this.#fields[1]({
      limitPrice: "",
      stopPrice: "",
      takeProfit: "",
      stopLoss: "",
      hasBrackets: false,
    });
    this.#instrument[1](null);
    const symbol = this.#desk.symbol();
    this.#desk.client.rest
      .account()
      .instrument(symbol)
      .then(
        (found) => {
          if (symbol !== this.#desk.symbol()) return;
          this.#instrument[1](found);
          this.#fields[1]("qty", (was) =>
            isOnGrid(Number(was), found) ? was : String(found.qty.default),
          );
        },
        () => {},
      );
  }

  set(fields: Partial<TicketFields>): void {
    const { side, takeProfit, stopLoss } = this.fields;
    const isTurned = fields.side !== undefined && fields.side !== side;
    // What was above the price for the one side is below it for the other.
    const turned = { takeProfit: stopLoss, stopLoss: takeProfit, limitPrice: "", stopPrice: "" };
    this.#fields[1]({ ...(isTurned && turned), ...fields });
    const { type, hasBrackets } = this.fields;
    if (needsLimit(type)) this.#suggest("limitPrice", 0);
    if (needsStop(type)) this.#suggest("stopPrice", 1);
    if (hasBrackets && fields.hasBrackets) {
      this.#suggest("takeProfit", 4);
      this.#suggest("stopLoss", -2);
    }
  }

  /** null while something is missing, or no number. */
  get order(): PreOrder | null {
    const { side, type, hasBrackets, duration } = this.fields;
    const qty = numberIn(this.fields.qty);
    const limitPrice = needsLimit(type) ? numberIn(this.fields.limitPrice) : undefined;
    const stopPrice = needsStop(type) ? numberIn(this.fields.stopPrice) : undefined;
    if (qty === null || limitPrice === null || stopPrice === null || this.#desk.symbol() === "")
      return null;
    const takeProfit = hasBrackets ? optionalNumberIn(this.fields.takeProfit) : undefined;
    const stopLoss = hasBrackets ? optionalNumberIn(this.fields.stopLoss) : undefined;
    if (takeProfit === null || stopLoss === null) return null;
    return {
      symbol: this.#desk.symbol(),
      side,
      type,
      qty,
      duration: { type: duration },
      ...(limitPrice !== undefined && { limitPrice }),
      ...(stopPrice !== undefined && { stopPrice }),
      ...(takeProfit !== undefined && { takeProfit }),
      ...(stopLoss !== undefined && { stopLoss }),
    };
  }

  /** `Buy 10 AAPL at market` */
  get sentence(): string {
    const { order } = this;
    if (order === null) return `${sideName(this.fields.side)} ${this.#desk.symbol()}`;
    const { side, type, qty, symbol, limitPrice, stopPrice } = order;
    const at = [
      stopPrice !== undefined && `stop ${stopPrice.toFixed(this.decimals)}`,
      limitPrice !== undefined && `limit ${limitPrice.toFixed(this.decimals)}`,
    ].filter((each) => each !== false);
    const how = type === OrderType.Market ? "at market" : at.join(" ");
    return `${sideName(side)} ${quantity(qty)} ${symbol} ${how}`;
  }

  async send(): Promise<void> {
    const { order } = this;
    if (order === null || this.isSending) return;
    this.#isSending[1](true);
    const { sentence } = this;
    let orderId = "";
    const isTaken = await this.#desk.run(`Not placed: ${sentence}`, async () => {
      ({ orderId } = await this.#desk.account.broker.placeOrder(order));
    });
    this.#isSending[1](false);
    const known = this.#desk.account.order(orderId);
    // A fill or a rejection has its own notice.
    if (!isTaken || order.type === OrderType.Market || (known && !isLive(known.status))) return;
    this.#desk.notices.show({
      tone: "info",
      title: "Order placed",
      text: sentence,
      action: { label: "See orders", run: () => this.#desk.showPanel("orders") },
    });
  }

  /** A price that makes sense, so many steps of a thousandth in favour of the trade's side. */
  #suggest(
    name: "limitPrice" | "stopPrice" | "takeProfit" | "stopLoss",
    thousandths: number,
  ): void {
    const quote = this.#desk.market.quote(this.#desk.symbol());
    if (this.fields[name] !== "" || quote === undefined) return;
    const { side } = this.fields;
    const touch = side === Side.Buy ? quote.ask : quote.bid;
    this.#fields[1](name, (touch * (1 + (side * thousandths) / 1_000)).toFixed(this.decimals));
  }
}

/** null: not a number above zero. */
export function numberIn(text: string): number | null {
  const value = Number(text.replaceAll(",", ""));
  return text.trim() !== "" && Number.isFinite(value) && value > 0 ? value : null;
}

export const optionalNumberIn = (text: string): number | null | undefined =>
  text.trim() === "" ? undefined : numberIn(text);

const isOnGrid = (value: number, { qty: { min, max, step } }: InstrumentInfo): boolean =>
  value >= min && value <= max && Math.abs(value / step - Math.round(value / step)) < 1e-9;
