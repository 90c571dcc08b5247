import {
  accountManagerInfo,
  createEquityValues,
  EQUITY_NAMES,
  type EquityValues,
} from "./account-manager.ts";
import { type BrokerOptions, resolveBrokerOptions } from "./broker-options.ts";
import { type CommandPolicy, CommandSender } from "./command-sender.ts";
import { CommandTransport } from "./command-transport.ts";
import { Commands } from "./commands.ts";
import { statusOf } from "./connection-status.ts";
import type { DatafeedService } from "./datafeed-service.ts";
import { ApiError } from "./errors.ts";
import { ExecutionSync } from "./execution-sync.ts";
import type { Feeds } from "./feeds.ts";
import type { Subscription } from "./listener.ts";
import {
  type Account,
  type AccountId,
  type Brackets,
  type BrokerConnection,
  type ConnectionStatus,
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
import { retry } from "./retry.ts";
import type { AccountManagerInfo, BrokerHost, BrokerTerminal } from "./tradingview/broker.ts";

/**
 * TradingView's broker API over the backend. Queries use REST, commands use the socket while it is
 * connected, and every change comes from the socket. While that is down the effects of a command
 * could not be reported. The command then rejects with a NotConnectedError, or is kept for a while
 * with `whileDisconnected: "keep"`. A command that the backend rejects throws an ApiError.
 */
export class BrokerTerminalService<Action = never> implements BrokerTerminal<Action> {
  readonly #host: BrokerHost<Action>;
  readonly #rest: Rest;
  readonly #feeds: Feeds;
  readonly #depth: number;
  readonly #transport: CommandTransport;
  readonly #policy: CommandPolicy;
  readonly #values: EquityValues;
  readonly #symbolFeeds = new Map<string, Subscription>();
  readonly #stopStateListener: () => void;
  /** Undefined until the default account is known. */
  #accountId: string | undefined;
  #account: AccountRest;
  #commands: Commands;
  #isStopped = false;
  #stopFunctions: (() => void)[] = [];
  #ready: Promise<unknown> = Promise.resolve();
  #equity: Equity | null = null;
  #brokerStatus: BrokerConnection | null = null;
  #lastStatus = "";

  constructor(host: BrokerHost<Action>, options: BrokerOptions);
  /**
   * Use the backend of `datafeed`, and its default account. `mock` replaces parts of them, such as
   * the feeds by a WsFallback, or names an account.
   */
  constructor(host: BrokerHost<Action>, datafeed: DatafeedService, mock?: Partial<BrokerOptions>);
  constructor(
    host: BrokerHost<Action>,
    source: BrokerOptions | DatafeedService,
    mock: Partial<BrokerOptions> = {},
  ) {
    const options = resolveBrokerOptions(source, mock);
    const { rest, feeds, accountId, depth = 20, ...policy } = options;
    this.#host = host;
    this.#rest = rest;
    this.#feeds = feeds;
    this.#depth = depth;
    this.#accountId = accountId;
    this.#account = rest.account(accountId);
    this.#transport = new CommandTransport(rest, feeds.connection);
    this.#policy = policy;
    this.#values = createEquityValues(host.factory);
    this.#stopStateListener = feeds.connection.onState(() => this.#showStatus());
    this.#commands = this.#createCommands(() => this.#ready);
    if (accountId !== undefined) this.#startSyncs(accountId);
    else this.#ready = this.#startDefaultAccount();
    this.#ready.catch(() => {});
  }

  /** End all subscriptions. */
  stop(): void {
    this.#isStopped = true;
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
    return isListed || this.#accountId === undefined
      ? accounts
      : [await this.#account.info(), ...accounts];
  }

  currentAccount(): AccountId {
    return (this.#accountId ?? "") as AccountId;
  }

  setCurrentAccount(id: string): void {
    if (id === this.#accountId) return;
    this.#accountId = id;
    this.#account = this.#rest.account(id);
    for (const stop of this.#stopFunctions) stop();
    this.#equity = this.#brokerStatus = null;
    this.#startSyncs(id);
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

  /** Return what an order would do, or a change of the order `orderId`. */
  previewOrder(order: PreOrder, orderId?: string): Promise<OrderPreview> {
    return this.#commands.preview(order, orderId);
  }

  leverageInfo(params: LeverageParams): Promise<LeverageInfo> {
    return this.#account.leverage(params);
  }

  previewLeverage(params: LeverageParams & { leverage: number }): Promise<LeveragePreview> {
    return this.#account.previewLeverage(params);
  }

  // Commands

  placeOrder(order: PreOrder): Promise<{ orderId: string }> {
    return this.#commands.place(order);
  }

  modifyOrder(order: Order): Promise<void> {
    return this.#commands.modify(order.id, order);
  }

  cancelOrder(orderId: string): Promise<void> {
    return this.#commands.cancel(orderId);
  }

  async cancelOrders(_symbol: string, _side: Side | undefined, orderIds: string[]): Promise<void> {
    await this.#commands.cancelMany(orderIds);
  }

  closePosition(positionId: string, amount?: number): Promise<void> {
    return this.#commands.close(positionId, amount);
  }

  reversePosition(positionId: string): Promise<void> {
    return this.#commands.reverse(positionId);
  }

  editPositionBrackets(positionId: string, brackets: Brackets): Promise<void> {
    return this.#commands.editBrackets(positionId, brackets);
  }

  setLeverage(params: LeverageParams & { leverage: number }): Promise<{ leverage: number }> {
    return this.#commands.setLeverage(params);
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

  /** Ask for the default account until the server answers, and start its synchronization. */
  async #startDefaultAccount(): Promise<void> {
    const isNeeded = () => this.#accountId === undefined && !this.#isStopped;
    try {
      const account = await retry(() => this.#rest.account().info(), isNeeded);
      if (account === undefined) return;
      this.setCurrentAccount(account.id);
    } catch (error) {
      this.#showFailure(error as Error);
      throw error;
    }
    await this.#ready;
  }

  readonly #showFailure = ({ message }: Error): void =>
    this.#host.showNotification("Not live", message, NotificationType.Error);

  #startSyncs(accountId: string): void {
    const feeds = this.#feeds;
    const onFailed = this.#showFailure;
    const now = async () => (await this.#rest.market.time()) * 1_000;
    const parts = { feeds, rest: this.#account, accountId, now, onFailed };
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
    const syncs = [executions, orders, positions];
    this.#stopFunctions = syncs.map((each) => () => each.stop());
    this.#stopFunctions.push(profits.unsubscribe, equity.unsubscribe, connection.unsubscribe);
    const ready = Promise.all(syncs.map((each) => each.ready));
    ready.catch(() => {});
    this.#ready = ready;
    // A kept command follows an outage, so it also waits for what the outage hid.
    const settled = () => Promise.all(syncs.map((each) => each.settled()));
    const isReady = this.#policy.whileDisconnected === "keep" ? settled : () => ready;
    this.#commands = this.#createCommands(isReady, accountId);
    this.#showStatus();
  }

  #createCommands(isReady: () => Promise<unknown>, accountId?: string): Commands {
    const sender = new CommandSender(this.#feeds.connection, { ...this.#policy, isReady });
    return new Commands(this.#transport, sender, accountId);
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

function fillText({ side, filledQty, qty, symbol, avgPrice }: Order): string {
  const price = avgPrice === undefined ? "" : ` at ${FIGURE.format(avgPrice)}`;
  const quantity = FIGURE.format(filledQty ?? qty);
  return `${side === Side.Buy ? "Bought" : "Sold"} ${quantity} ${symbol}${price}`;
}

const FIGURE = new Intl.NumberFormat(globalThis.navigator?.language, {
  numberingSystem: "latn",
  maximumFractionDigits: 8,
});
