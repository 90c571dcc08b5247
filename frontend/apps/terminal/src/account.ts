import {
  ApiError,
  type BrokerConfiguration,
  type BrokerHost,
  type BrokerTerminalService,
  type ConnectionStatus,
  type DurationInfo,
  type Equity,
  type Execution,
  isLive,
  MergedOrders,
  MergedPositions,
  mergeExecutions,
  NotificationType,
  type Order,
  ParentType,
  type Position,
  SimpleWatchedValue,
  type TradingClient,
} from "@trading-api/client";
import { createSignal } from "solid-js";
import { createStore, produce, reconcile } from "solid-js/store";
import { isUnauthenticated } from "./authentication.ts";
import { EquityCurve } from "./equity-curve.ts";
import type { Notifications } from "./notifications.ts";

export type Loading = "loading" | "loaded" | "failed";

const HISTORY_MAX = 500;
const RETRY_MS = 1_500;

/**
 * The account that the terminal shows. It is the host of the client's broker and stores what the
 * broker reports in signals and stores of Solid.
 */
export class TradingAccount {
  readonly #client: TradingClient;
  readonly #notifications: Notifications;
  readonly #orders = createStore<Record<string, Order>>({});
  readonly #positions = createStore<Record<string, Position>>({});
  readonly #executions = createSignal<readonly Execution[]>([]);
  readonly #equity = createSignal<Equity | null>(null);
  readonly #status = createSignal<{ status: ConnectionStatus; message?: string }>({ status: 2 });
  readonly #loading = createSignal<Loading>("loading");
  readonly #failure = createSignal("");
  readonly #configuration = createSignal<BrokerConfiguration | null>(null);
  readonly #currency = createSignal("");
  readonly #id = createSignal("");
  readonly #mergedOrders = new MergedOrders();
  readonly #mergedPositions = new MergedPositions();
  /** The executions that the socket reported. The history may contain some of them. */
  readonly #liveExecutions: Execution[] = [];
  readonly curve = new EquityCurve();
  #broker: BrokerTerminalService | null = null;
  #onFill: () => void = () => {};

  constructor(client: TradingClient, notifications: Notifications) {
    this.#client = client;
    this.#notifications = notifications;
  }

  get id(): string {
    return this.#id[0]();
  }
  get currency(): string {
    return this.#currency[0]();
  }
  /** Return whether the broker has the feature of one of TradingView's flags. */
  supports(flag: string): boolean {
    return this.#configuration[0]()?.configFlags[flag] ?? false;
  }
  get durations(): readonly DurationInfo[] {
    return this.#configuration[0]()?.durations ?? [];
  }
  get equity(): Equity | null {
    return this.#equity[0]();
  }
  get status(): { status: ConnectionStatus; message?: string } {
    return this.#status[0]();
  }
  get loading(): Loading {
    return this.#loading[0]();
  }
  /** Why the account could not be loaded: the message of the server, or empty. */
  get failure(): string {
    return this.#failure[0]();
  }
  get executions(): readonly Execution[] {
    return this.#executions[0]();
  }

  /** The live orders, newest first, each followed by its brackets. */
  get liveOrders(): Order[] {
    const live = Object.values(this.#orders[0]).filter(({ status }) => isLive(status));
    return live.sort(
      (a, b) => familyNumber(b) - familyNumber(a) || orderNumber(a.id) - orderNumber(b.id),
    );
  }
  get endedOrders(): Order[] {
    const ended = Object.values(this.#orders[0]).filter(({ status }) => !isLive(status));
    return ended.sort(
      (a, b) => (b.updateTime ?? 0) - (a.updateTime ?? 0) || orderNumber(b.id) - orderNumber(a.id),
    );
  }
  get positions(): Position[] {
    return Object.values(this.#positions[0]).sort((a, b) => a.symbol.localeCompare(b.symbol));
  }
  order(id: string): Order | undefined {
    return this.#orders[0][id];
  }
  position(symbol: string): Position | undefined {
    return this.#positions[0][symbol];
  }

  /** The broker of the account. Throws until the account was found. */
  get broker(): BrokerTerminalService {
    if (this.#broker === null) throw new Error("The account is not loaded yet.");
    return this.#broker;
  }

  /** Set what the link of a fill notification runs. */
  onFill(show: () => void): void {
    this.#onFill = show;
  }

  /** Load the account, and retry until the backend answers. Without an id it is the default account. */
  async start(accountId: string | undefined): Promise<void> {
    while (true) {
      try {
        const rest = this.#client.rest.account(accountId);
        const [info, configuration] = await Promise.all([rest.info(), rest.configuration()]);
        this.#configuration[1](configuration);
        this.#id[1](info.id);
        this.#currency[1](info.currency);
        await this.#connectBroker(info.id);
        await this.#load();
        this.#loading[1]("loaded");
        return;
      } catch (error) {
        this.#failure[1](error instanceof ApiError ? error.message : "");
        this.#loading[1]("failed");
        // The application asks for a token and reloads the page.
        if (isUnauthenticated(error)) return;
        await new Promise((resolve) => setTimeout(resolve, RETRY_MS));
      }
    }
  }

  async #connectBroker(accountId: string): Promise<void> {
    if (this.#broker !== null) return;
    this.#broker = await this.#client.broker(this.#host(), accountId);
    // The broker reports one figure to its host, and all four are shown. The topic is shared.
    this.#client.feeds.equity(
      { accountId },
      { onData: (equity) => this.#showEquity(equity), onFailed: () => {} },
    );
  }

  async #load(): Promise<void> {
    const rest = this.#client.rest.account(this.id);
    const [ended, orders, positions, executions, lines] = await Promise.all([
      rest.ordersHistory(HISTORY_MAX),
      rest.orders(),
      rest.positions(),
      rest.recentExecutions(HISTORY_MAX),
      rest.cashLines(),
    ]);
    for (const order of [...ended, ...orders]) this.#applyOrder(order);
    for (const position of this.#mergedPositions.addFromSnapshot(positions)) {
      this.#showPosition(position);
    }
    this.#executions[1](mergeExecutions(executions, this.#liveExecutions));
    this.curve.setHistory(lines);
  }

  #host(): BrokerHost {
    return {
      factory: { createWatchedValue: (value) => new SimpleWatchedValue(value) },
      orderUpdate: (order) => this.#applyOrder(order),
      positionUpdate: (position) => {
        if (this.#mergedPositions.applyLive(position)) this.#showPosition(position);
      },
      executionUpdate: (execution) => {
        this.#liveExecutions.push(execution);
        this.#executions[1]((all) => [...all, execution]);
      },
      equityUpdate: () => {},
      connectionStatusUpdate: (status, info) => {
        this.#status[1]({ status, ...(info?.message && { message: info.message }) });
      },
      showNotification: (title, text, type) => this.#notify(title, text, type),
    };
  }

  #applyOrder(order: Order): void {
    if (this.#mergedOrders.apply(order)) this.#orders[1](order.id, reconcile(order));
  }

  #showPosition(position: Position): void {
    const [, set] = this.#positions;
    if (position.qty !== 0) set(position.id, reconcile(position));
    else set(produce((all) => delete all[position.id]));
  }

  #showEquity(equity: Equity): void {
    this.#equity[1](equity);
    this.curve.add(Date.now(), equity.equity);
  }

  #notify(title: string, text: string, type: NotificationType | undefined): void {
    const isError = type === NotificationType.Error;
    this.#notifications.show({
      tone: isError ? "error" : "success",
      title,
      text,
      ...(isError && { advice: "Correct it, and place the order again." }),
      ...(!isError && { action: { label: "See positions", run: () => this.#onFill() } }),
    });
  }
}

const familyNumber = ({ id, parentId, parentType }: Order): number =>
  orderNumber(parentType === ParentType.Order && parentId !== undefined ? parentId : id);

const orderNumber = (id: string): number => Number(/\d+$/.exec(id)?.[0] ?? 0);
