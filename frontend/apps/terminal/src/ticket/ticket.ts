import {
  type InstrumentInfo,
  type LeverageInfo,
  type OrderPreview,
  OrderType,
  type Position,
  type PreOrder,
  Side,
  StopType,
  type TradingClient,
} from "@trading-api/client";
import { batch, createSignal } from "solid-js";
import { createStore } from "solid-js/store";
import type { TradingAccount } from "../account.ts";
import { price, quantity } from "../format.ts";
import { sideLabel } from "../labels.ts";
import type { Market } from "../market/market.ts";
import type { Notifications } from "../notifications/notifications.ts";
import { readUntilAnswered } from "../read-until-answered.ts";
import { texts as catalogue } from "../texts/texts.ts";
import { type BracketTexts, parseBrackets } from "./brackets.ts";
import { type DurationTexts, parseDuration } from "./duration.ts";
import { formatInput, parseNumber } from "./parse-number.ts";
import { isOnGrid, NO_GRID, type PriceField, rulesOf } from "./rules.ts";
import { commissionOf, type SizeMode, type Sizing, sizeOf, stopDistanceOf } from "./sizing.ts";

const { ticketFields: text } = catalogue;

/** The typed texts. `pips` belong to the one stop that trails: the order or its stop loss. */
export interface TicketFields extends BracketTexts, DurationTexts {
  side: Side;
  type: OrderType;
  qty: string;
  limitPrice: string;
  stopPrice: string;
  isStopTrailing: boolean;
  hasBrackets: boolean;
  sizeMode: SizeMode;
  /** Of a mode that is not the quantity: what the quantity is computed from. */
  amount: string;
  /** Whether the order may only reduce the position. */
  isReduceOnly: boolean;
}

export const needsLimit = (type: OrderType): boolean =>
  type === OrderType.Limit || type === OrderType.StopLimit;
export const needsStop = (type: OrderType): boolean =>
  type === OrderType.Stop || type === OrderType.StopLimit;

/** The parts of the application that a ticket uses. */
export interface TicketContext {
  readonly client: TradingClient;
  readonly account: TradingAccount;
  readonly market: Market;
  readonly notifications: Notifications;
  /** Return the selected symbol. */
  symbol(): string;
  showPanel(panel: "orders"): void;
  isRunning(target: string): boolean;
  /** Run a command and show an error that it throws. Resolve to whether it succeeded. */
  runCommand(
    target: string,
    title: string,
    command: () => Promise<unknown>,
    options: { confirm: string },
  ): Promise<boolean>;
}

/** The order that the user is entering for the selected symbol. */
export class Ticket {
  readonly #app: TicketContext;
  readonly #fields = createStore<TicketFields>({
    side: Side.Buy,
    type: OrderType.Market,
    qty: "1",
    limitPrice: "",
    stopPrice: "",
    isStopTrailing: false,
    takeProfit: "",
    stopLoss: "",
    isStopLossTrailing: false,
    pips: "",
    hasBrackets: false,
    duration: "GTC",
    until: "",
    sizeMode: "quantity",
    amount: "",
    isReduceOnly: false,
  });
  readonly #instrument = createSignal<InstrumentInfo | null>(null);
  readonly #leverage = createSignal<LeverageInfo | null>(null);
  readonly rules = rulesOf(() => this.instrument);
  /** The last order that a preview rejected, as JSON. */
  readonly #rejected = createSignal("");
  /** What the quantity was computed to; null where it is entered. */
  readonly #sizing = createSignal<Sizing | null>(null);
  /** The commission of one unit, as the last preview found it, and the symbol of that. */
  #commission = { symbol: "", ofUnit: 0 };
  #instrumentReadAt = 0;

  constructor(app: TicketContext) {
    this.#app = app;
  }

  get fields(): TicketFields {
    return this.#fields[0];
  }
  get instrument(): InstrumentInfo | null {
    return this.#instrument[0]();
  }
  /** The leverage of the symbol in the account; null until it is known. */
  get leverage(): LeverageInfo | null {
    return this.#leverage[0]();
  }
  get isSending(): boolean {
    return this.#app.isRunning(TICKET);
  }
  /** Whether the order can be placed now: the instrument is known, and no preview rejected it. */
  get canPlace(): boolean {
    const { order } = this;
    if (order === null || this.instrument === null || this.isSending) return false;
    return this.#app.account.loading === "loaded" && JSON.stringify(order) !== this.#rejected[0]();
  }
  /** What the quantity was computed to; null where it is entered. */
  get sizing(): Sizing | null {
    return this.#sizing[0]();
  }
  /** The position that the order reduces; undefined if it opens or enlarges one. */
  get reducedPosition(): Position | undefined {
    const position = this.#app.account.position(this.#app.symbol());
    const isOpposite = position !== undefined && position.side !== this.fields.side;
    return isOpposite || this.fields.isReduceOnly ? position : undefined;
  }
  /** The price at which the order is expected to be filled; undefined while it is not known. */
  get entryPrice(): number | undefined {
    const { type, limitPrice, stopPrice } = this.fields;
    if (needsLimit(type)) return parseNumber(limitPrice) ?? undefined;
    if (needsStop(type) && !this.isTrailing) return parseNumber(stopPrice) ?? undefined;
    return this.#bestPrice;
  }
  /** What one unit is worth at a price of 1, in the account's currency; 0 while it is not known. */
  get pointValue(): number {
    const { pipValue = 0, pipSize = 1 } = this.instrument ?? {};
    return pipValue / pipSize;
  }
  /** Whether the order is a trailing stop. */
  get isTrailing(): boolean {
    return this.fields.type === OrderType.Stop && this.fields.isStopTrailing;
  }

  /** Clear the prices and the instrument, because another symbol was selected. */
  reset(): void {
    this.#fields[1]({
      limitPrice: "",
      stopPrice: "",
      isStopTrailing: false,
      takeProfit: "",
      stopLoss: "",
      isStopLossTrailing: false,
      pips: "",
      hasBrackets: false,
      isReduceOnly: false,
    });
    this.#instrument[1](null);
    this.resize();
  }

  /** Read what may be traded of the symbol. The account must be loaded. */
  async readInstrument(): Promise<void> {
    const symbol = this.#app.symbol();
    const { client, account } = this.#app;
    const found = await this.#untilAnswered(symbol, () =>
      client.rest.account(account.id).instrument(symbol),
    ).catch(() => undefined);
    if (found === undefined) return;
    batch(() => {
      this.#instrument[1](found);
      this.#instrumentReadAt = performance.now();
      this.#fields[1]("qty", (was) =>
        isOnGrid(parseNumber(was) ?? 0, found) ? was : formatInput(found.qty.default),
      );
      if (!found.allowedOrderTypes.includes(this.fields.type)) this.set({ type: OrderType.Market });
      this.resize();
    });
  }

  /** Compute the quantity again at the present prices. It does not follow every quote. */
  refresh(): void {
    const { sizeMode } = this.fields;
    const isForeign = this.rules.currency() !== this.#app.account.currency;
    const isOld = performance.now() - this.#instrumentReadAt > RATE_MS;
    if (sizeMode !== "quantity" && isForeign && isOld) void this.readInstrument();
    else this.resize();
  }

  /** Compute the quantity from the amount, where the user enters that. */
  resize(): void {
    const { sizeMode: mode, side } = this.fields;
    if (mode === "quantity") {
      this.#sizing[1](null);
      return;
    }
    const sizing = this.#sizeAt(mode, side, this.entryPrice);
    this.#sizing[1](sizing);
    this.#fields[1]("qty", "quantity" in sizing ? formatInput(sizing.quantity) : "");
  }

  /**
   * Return the quantity of an order of either side at `price`, or null if there is none. There is
   * none for a risk, because the stop loss of the ticket belongs to the ticket's own entry.
   */
  quantityAt(side: Side, price: number): number | null {
    const { sizeMode: mode, qty } = this.fields;
    if (mode === "quantity") return parseNumber(qty);
    if (mode === "risk") return null;
    const sizing = this.#sizeAt(mode, side, price);
    return "quantity" in sizing ? sizing.quantity : null;
  }

  #sizeAt(mode: Exclude<SizeMode, "quantity">, side: Side, price: number | undefined): Sizing {
    const { ofUnit, symbol } = this.#commission;
    return sizeOf({
      mode,
      amount: parseNumber(this.fields.amount),
      side,
      price,
      stopDistance: this.#stopDistance,
      pointValue: this.pointValue,
      equity: this.#app.account.equity?.equity,
      commission: symbol === this.#app.symbol() ? ofUnit : 0,
      grid: this.instrument?.qty ?? NO_GRID,
    });
  }

  /** The distance of the stop loss from the entry, positive on the side of a loss. */
  get #stopDistance(): number | undefined {
    const { hasBrackets, isStopLossTrailing, pips, stopLoss, side } = this.fields;
    if (!hasBrackets) return undefined;
    if (isStopLossTrailing) return (parseNumber(pips) ?? 0) * this.rules.pip();
    const [entry, stop] = [this.entryPrice, parseNumber(stopLoss)];
    return entry === undefined || stop === null ? undefined : stopDistanceOf(side, entry, stop);
  }

  /** Read the leverage again. The account must be loaded. */
  async readLeverage(): Promise<void> {
    const symbol = this.#app.symbol();
    const { side, type: orderType } = this.fields;
    this.#leverage[1](null);
    const { broker } = this.#app.account;
    const found = await this.#untilAnswered(symbol, () =>
      broker.leverageInfo({ symbol, side, orderType }),
    ).catch(() => undefined);
    if (found !== undefined) this.#leverage[1](found);
  }

  /** Read something of the selected symbol, over an outage, until another one is selected. */
  #untilAnswered<T>(symbol: string, read: () => Promise<T>): Promise<T | undefined> {
    return readUntilAnswered(this.#app.client.socket, read, () => symbol === this.#app.symbol());
  }

  set(fields: Partial<TicketFields>): void {
    const { side, takeProfit, stopLoss } = this.fields;
    const isSideChanged = fields.side !== undefined && fields.side !== side;
    // A bracket above the price of a buy is below the price of a sell.
    const swapped = { takeProfit: stopLoss, stopLoss: takeProfit, limitPrice: "", stopPrice: "" };
    this.#fields[1]({ ...(isSideChanged && swapped), ...fields });
    // There is one distance, so an order that trails itself has a fixed stop loss.
    if (this.isTrailing) this.#fields[1]({ isStopLossTrailing: false });
    // Do not overwrite what the user is typing.
    const isTyped = ["limitPrice", "stopPrice", "pips"].some((name) => name in fields);
    if (!isTyped) this.suggest();
    // Do not add a second bracket to one that was chosen, such as on the chart.
    const isWithout = this.fields.takeProfit === "" && this.fields.stopLoss === "";
    if (fields.hasBrackets && isWithout) {
      this.#suggestPrice("takeProfit", 4);
      this.#suggestPrice("stopLoss", -2);
    }
    if (fields.sizeMode === "quantity" && this.fields.qty === "") {
      this.#fields[1]("qty", formatInput(this.instrument?.qty.default ?? 1));
    }
    this.resize();
  }

  /** Fill the empty fields that the order type needs. */
  suggest(): void {
    const { type, isStopLossTrailing } = this.fields;
    if (needsLimit(type)) this.#suggestPrice("limitPrice", 0);
    if (needsStop(type)) this.#suggestPrice("stopPrice", 1);
    if (this.isTrailing || isStopLossTrailing) this.#suggestPips();
  }

  /** The order, or null while a field is empty or no number. */
  get order(): PreOrder | null {
    return this.orderOf(parseNumber(this.fields.qty));
  }

  /** Return the order with a quantity, or null while another field is empty or no number. */
  orderOf(qty: number | null): PreOrder | null {
    const { side, type, isReduceOnly } = this.fields;
    const hasBrackets = this.fields.hasBrackets && !isReduceOnly;
    const { isTrailing } = this;
    const symbol = this.#app.symbol();
    const limitPrice = needsLimit(type) ? parseNumber(this.fields.limitPrice) : undefined;
    const stopPrice =
      needsStop(type) && !isTrailing ? parseNumber(this.fields.stopPrice) : undefined;
    const trailingStopPips = isTrailing ? parseNumber(this.fields.pips) : undefined;
    const brackets = hasBrackets ? parseBrackets(this.fields) : {};
    const duration = parseDuration(this.fields);
    if (qty === null || limitPrice === null || stopPrice === null || symbol === "") return null;
    if (trailingStopPips === null || brackets === null || duration === null) return null;
    return {
      symbol,
      side,
      type,
      qty,
      duration,
      ...(limitPrice !== undefined && { limitPrice }),
      ...(stopPrice !== undefined && { stopPrice }),
      ...brackets,
      ...(trailingStopPips !== undefined && { trailingStopPips, stopType: StopType.TrailingStop }),
      ...(isReduceOnly && { isClose: true }),
    };
  }

  /** A summary of the order, such as `Buy 10 AAPL at market`. */
  get summary(): string {
    const { order } = this;
    if (order === null) return `${sideLabel(this.fields.side)} ${this.#app.symbol()}`;
    const { side, type, qty, symbol, limitPrice, stopPrice, trailingStopPips } = order;
    const decimals = this.rules.decimals();
    const at = [
      this.isTrailing && text.trailingBy(quantity(trailingStopPips ?? 0)),
      stopPrice !== undefined && text.stopAt(price(stopPrice, decimals)),
      limitPrice !== undefined && text.limitAt(price(limitPrice, decimals)),
    ].filter((each) => each !== false);
    const how = type === OrderType.Market ? text.atMarket : at.join(" ");
    return `${sideLabel(side)} ${quantity(qty)} ${symbol} ${how}`;
  }

  /** Record what a preview of `order` found. */
  setPreview(order: PreOrder, preview: OrderPreview): void {
    const text = JSON.stringify(order);
    if (preview.errors?.length) this.#rejected[1](text);
    else if (this.#rejected[0]() === text) this.#rejected[1]("");
    const commission = commissionOf(preview);
    if (commission === undefined) return;
    const { qty, symbol } = order;
    const isHigher = commission / qty > this.#commission.ofUnit * (1 + 1e-9);
    const isKnown = symbol === this.#commission.symbol;
    this.#commission = { symbol, ofUnit: commission / qty };
    // Only a smaller quantity is worth another preview, or a fixed commission would alternate.
    if ((isHigher || !isKnown) && this.fields.sizeMode === "risk") this.resize();
  }

  /** Place the order, if it can be placed. */
  async send(): Promise<void> {
    const { order, summary } = this;
    if (order === null || !this.canPlace) return;
    let orderId = "";
    const place = async () => {
      ({ orderId } = await this.#app.account.broker.placeOrder(order));
    };
    const title = text.notPlaced(summary);
    const isAccepted = await this.#app.runCommand(TICKET, title, place, { confirm: summary });
    // A fill or a rejection has its own notification.
    if (!isAccepted || order.type === OrderType.Market) return;
    if (this.#app.account.hasEnded(orderId)) return;
    this.#app.notifications.show({
      tone: "info",
      title: text.placed,
      text: summary,
      action: { label: text.seeOrders, run: () => this.#app.showPanel("orders") },
    });
  }

  /** Suggest a price that differs from the best price by thousandths, in the side's direction. */
  #suggestPrice(name: PriceField, thousandths: number): void {
    if (this.fields[name] !== "" || this.#bestPrice === undefined) return;
    const suggested = this.#bestPrice * (1 + (this.fields.side * thousandths) / 1_000);
    this.#fields[1](name, formatInput(suggested, this.rules.decimals()));
  }

  /** Suggest a distance of two thousandths of the best price. */
  #suggestPips(): void {
    if (this.fields.pips !== "" || this.#bestPrice === undefined) return;
    const pips = Math.round((this.#bestPrice * 0.002) / this.rules.pip());
    this.#fields[1]("pips", formatInput(Math.max(1, pips)));
  }

  get #bestPrice(): number | undefined {
    const quote = this.#app.market.quote(this.#app.symbol());
    return this.fields.side === Side.Buy ? quote?.ask : quote?.bid;
  }
}

/** The time after which the value of another currency is read again. */
const RATE_MS = 10_000;

/** The target of the command that places the ticket's order. */
const TICKET = "ticket";
