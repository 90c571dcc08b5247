import {
  accountManagerInfo,
  createEquityValues,
  EQUITY_NAMES,
  type EquityValues,
} from "./account-manager.ts";
import { CommandSender } from "./command-sender.ts";
import { ApiError } from "./errors.ts";
import { ExecutionSync } from "./execution-sync.ts";
import type { Feeds } from "./feeds.ts";
import type { Subscription } from "./listener.ts";
import {
  type Account,
  type AccountId,
  type Brackets,
  type BrokerConnection,
  ConnectionStatus,
  type Equity,
  type Execution,
  type InstrumentInfo,
  type LeverageInfo,
  type LeverageParams,
  type LeveragePreview,
  NotificationType,
  type Order,
  type OrderPreview,
  OrderStatus,
  type Position,
  type PreOrder,
  Side,
} from "./model/broker.ts";
import { OrderSync } from "./order-sync.ts";
import { PositionSync } from "./position-sync.ts";
import type { AccountRest, Rest } from "./rest-client.ts";
import type { SocketState } from "./socket-options.ts";
import type { AccountManagerInfo, BrokerHost, BrokerTerminal } from "./tradingview/broker.ts";

export interface BrokerOptions {
  rest: Rest;
  feeds: Feeds;
  accountId: string;
  /** The number of order book levels on each side, from 1 to 50. */
  depth?: number;
}

/**
 * TradingView's broker API over the backend. Commands and queries use REST, and every change comes
 * from the socket. While the socket is down its effects could not be reported, so commands reject
 * with a NotConnectedError. A command that the backend rejects throws an ApiError.
 */
export class BrokerTerminalService<Action = never> implements BrokerTerminal<Action> {
  readonly #host: BrokerHost<Action>;
  readonly #rest: Rest;
  readonly #feeds: Feeds;
  readonly #depth: number;
  readonly #commands: CommandSender;
  readonly #values: EquityValues;
  readonly #symbolFeeds = new Map<string, Subscription>();
  readonly #stopStateListener: () => void;
  #accountId: string;
  #account: AccountRest;
  #stopFunctions: (() => void)[] = [];
  #ready: Promise<unknown> = Promise.resolve();
  #equity: Equity | null = null;
  #brokerStatus: BrokerConnection | null = null;
  #lastStatus = "";

  constructor(host: BrokerHost<Action>, { rest, feeds, accountId, depth = 20 }: BrokerOptions) {
    this.#host = host;
    this.#rest = rest;
    this.#feeds = feeds;
    this.#depth = depth;
    this.#accountId = accountId;
    this.#account = rest.account(accountId);
    this.#commands = new CommandSender(feeds.connection);
    this.#values = createEquityValues(host.factory);
    this.#stopStateListener = feeds.connection.onState(() => this.#showStatus());
    this.#startSyncs();
  }

  /** End all subscriptions. */
  stop(): void {
    this.#stopStateListener();
    for (const stop of this.#stopFunctions) stop();
    for (const subscription of this.#symbolFeeds.values()) subscription.unsubscribe();
    this.#symbolFeeds.clear();
  }

  // The account

  /** Resolve once the account is subscribed. Commands wait for it. */
  async ready(): Promise<void> {
    await this.#ready;
  }

  connectionStatus(): ConnectionStatus {
    return statusOf(this.#feeds.connection.state, this.#brokerStatus).status;
  }

  accountManagerInfo(): AccountManagerInfo {
    return accountManagerInfo(this.#values);
  }

  async accountsMetainfo(): Promise<Account[]> {
    const accounts = await this.#account.all();
    // The backend does not list an account that was never used, and yet it exists.
    const isListed = accounts.some(({ id }) => id === this.#accountId);
    return isListed ? accounts : [await this.#account.info(), ...accounts];
  }

  currentAccount(): AccountId {
    return this.#accountId as AccountId;
  }

  setCurrentAccount(id: string): void {
    if (id === this.#accountId) return;
    this.#accountId = id;
    this.#account = this.#rest.account(id);
    for (const stop of this.#stopFunctions) stop();
    this.#equity = this.#brokerStatus = null;
    this.#startSyncs();
    this.#host.currentAccountUpdate?.();
  }

  /** Return the host's own entries of the chart's context menu. */
  async chartContextMenuActions(context: unknown, options?: unknown): Promise<Action[]> {
    return (await this.#host.defaultContextMenuActions?.(context, options)) ?? [];
  }

  // Queries

  async isTradable(symbol: string): Promise<{ tradable: boolean; reason?: string }> {
    try {
      await this.#account.instrument(symbol);
      return { tradable: true };
    } catch (error) {
      if (error instanceof ApiError) return { tradable: false, reason: error.message };
      throw error;
    }
  }

  symbolInfo(symbol: string): Promise<InstrumentInfo> {
    return this.#account.instrument(symbol);
  }

  orders(): Promise<Order[]> {
    return this.#account.orders();
  }

  ordersHistory(): Promise<Order[]> {
    return this.#account.ordersHistory();
  }

  positions(): Promise<Position[]> {
    return this.#account.positions();
  }

  executions(symbol: string): Promise<Execution[]> {
    return this.#account.executions(symbol);
  }

  previewOrder(order: PreOrder): Promise<OrderPreview> {
    return this.#account.preview(order);
  }

  leverageInfo(params: LeverageParams): Promise<LeverageInfo> {
    return this.#account.leverage(params);
  }

  previewLeverage(params: LeverageParams & { leverage: number }): Promise<LeveragePreview> {
    return this.#account.previewLeverage(params);
  }

  // CommandSender

  placeOrder(order: PreOrder): Promise<{ orderId: string }> {
    return this.#command((account, key) => account.place(order, key));
  }

  modifyOrder(order: Order): Promise<void> {
    return this.#command((account, key) => account.modify(order.id, order, key));
  }

  cancelOrder(orderId: string): Promise<void> {
    return this.#command((account, key) => account.cancel(orderId, key));
  }

  async cancelOrders(_symbol: string, _side: Side | undefined, orderIds: string[]): Promise<void> {
    await this.#command((account, key) => account.cancelMany(orderIds, key));
  }

  closePosition(positionId: string, amount?: number): Promise<void> {
    return this.#command((account, key) => account.close(positionId, amount, key));
  }

  reversePosition(positionId: string): Promise<void> {
    return this.#command((account, key) => account.reverse(positionId, key));
  }

  editPositionBrackets(positionId: string, brackets: Brackets): Promise<void> {
    return this.#command((account, key) => account.editBrackets(positionId, brackets, key));
  }

  setLeverage(params: LeverageParams & { leverage: number }): Promise<{ leverage: number }> {
    return this.#command((account, key) => account.setLeverage(params, key));
  }

  // Subscriptions of the host

  /** Report the last known equity again. Its changes are always reported. */
  subscribeEquity(): void {
    if (this.#equity !== null) this.#host.equityUpdate(this.#equity.equity);
  }

  unsubscribeEquity(): void {}

  /** Report the last known free margin again. It is the account's, whatever the symbol. */
  subscribeMarginAvailable(_symbol: string): void {
    const { freeMargin } = this.#equity ?? {};
    if (freeMargin !== undefined) this.#host.marginAvailableUpdate?.(freeMargin);
  }

  unsubscribeMarginAvailable(_symbol: string): void {}

  subscribeRealtime(symbol: string): void {
    const subscription = { symbols: [], fast_symbols: [symbol] };
    const show = this.#feeds.quotes(subscription, {
      onData: ({ s, v }) => {
        if (s !== "ok") return;
        const { lp: trade, ask, bid, spread } = v;
        this.#host.realtimeUpdate?.(symbol, { trade, ask, bid, spread });
      },
      onFailed: () => {},
    });
    this.#setSymbolFeed(`quote ${symbol}`, show);
  }

  unsubscribeRealtime(symbol: string): void {
    this.#setSymbolFeed(`quote ${symbol}`, null);
  }

  subscribeDOM(symbol: string): void {
    const subscription = { symbol, depth: this.#depth };
    const show = this.#feeds.orderbook(subscription, {
      onData: (book) => this.#host.domUpdate?.(symbol, book),
      onFailed: () => {},
    });
    this.#setSymbolFeed(`book ${symbol}`, show);
  }

  unsubscribeDOM(symbol: string): void {
    this.#setSymbolFeed(`book ${symbol}`, null);
  }

  #setSymbolFeed(name: string, subscription: Subscription | null): void {
    this.#symbolFeeds.get(name)?.unsubscribe();
    this.#symbolFeeds.delete(name);
    if (subscription !== null) this.#symbolFeeds.set(name, subscription);
  }

  // The synchronization with the account

  #startSyncs(): void {
    const [feeds, accountId] = [this.#feeds, this.#accountId];
    const onFailed = ({ message }: Error) =>
      this.#host.showNotification("Not live", message, NotificationType.Error);
    const parts = { feeds, rest: this.#account, accountId, onFailed };
    const executions = new ExecutionSync({
      ...parts,
      onUpdate: (execution) => this.#host.executionUpdate(execution),
    });
    const orders = new OrderSync({ ...parts, onUpdate: (order) => this.#showOrder(order) });
    const positions = new PositionSync({
      ...parts,
      onUpdate: (position) => this.#showPosition(position),
    });
    const profits = feeds.positionPL(
      { accountId },
      { onData: ({ symbol, pl }) => this.#host.plUpdate?.(symbol, pl), onFailed },
    );
    const equity = feeds.equity(
      { accountId },
      { onData: (data) => this.#showEquity(data), onFailed },
    );
    const connection = feeds.brokerConnection(
      { accountId },
      { onData: (status) => this.#showBrokerStatus(status), onFailed },
    );
    this.#stopFunctions = [executions, orders, positions].map((each) => () => each.stop());
    this.#stopFunctions.push(profits.unsubscribe, equity.unsubscribe, connection.unsubscribe);
    this.#ready = Promise.all([executions.ready, orders.ready, positions.ready]);
    this.#ready.catch(() => {});
    this.#showStatus();
  }

  /** Send a command once the account is subscribed. Earlier effects would not be reported. */
  async #command<T>(send: (account: AccountRest, key: string) => Promise<T>): Promise<T> {
    const account = this.#account;
    this.#commands.requireConnection();
    await this.#commands.withTimeout(this.#ready);
    return this.#commands.send((key) => send(account, key));
  }

  #showOrder(order: Order): void {
    this.#host.orderUpdate(order);
    const { status, message } = order;
    if (status === OrderStatus.Filled) {
      this.#host.showNotification("Order filled", fillText(order), NotificationType.Success);
    } else if (status === OrderStatus.Rejected) {
      const text = message?.text ?? `${order.id} was rejected`;
      this.#host.showNotification("Order rejected", text, NotificationType.Error);
    }
  }

  #showPosition(position: Position): void {
    this.#host.positionUpdate(position);
    if (position.pl !== undefined) this.#host.plUpdate?.(position.id, position.pl);
  }

  #showEquity(equity: Equity): void {
    this.#equity = equity;
    for (const name of EQUITY_NAMES) this.#values[name].setValue(equity[name]);
    this.#host.equityUpdate(equity.equity);
    const { freeMargin } = equity;
    if (freeMargin !== undefined) this.#host.marginAvailableUpdate?.(freeMargin);
  }

  #showBrokerStatus(status: BrokerConnection): void {
    this.#brokerStatus = status;
    this.#showStatus();
  }

  #showStatus(): void {
    const shown = statusOf(this.#feeds.connection.state, this.#brokerStatus);
    const text = JSON.stringify(shown);
    if (text === this.#lastStatus) return;
    this.#lastStatus = text;
    const { status, ...info } = shown;
    this.#host.connectionStatusUpdate(status, info);
  }
}

/** Return the status to show. That of the broker counts only while the socket is connected. */
function statusOf(
  socket: SocketState,
  broker: BrokerConnection | null,
): Omit<BrokerConnection, "timestamp"> {
  if (socket.phase === "closed") return { status: ConnectionStatus.Disconnected };
  if (socket.phase === "waiting") {
    return { status: ConnectionStatus.Connecting, message: socket.reason };
  }
  if (socket.phase !== "connected" || broker === null) {
    return { status: ConnectionStatus.Connecting };
  }
  const { timestamp: _, ...status } = broker;
  return status;
}

function fillText({ side, filledQty, qty, symbol, avgPrice }: Order): string {
  const price = avgPrice === undefined ? "" : ` at ${FIGURE.format(avgPrice)}`;
  const quantity = FIGURE.format(filledQty ?? qty);
  return `${side === Side.Buy ? "Bought" : "Sold"} ${quantity} ${symbol}${price}`;
}

const FIGURE = new Intl.NumberFormat(globalThis.navigator?.language, {
  numberingSystem: "latn",
  maximumFractionDigits: 8,
});
