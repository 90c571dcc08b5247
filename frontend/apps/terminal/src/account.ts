import {
  type AccountKind,
  type AccountNotification,
  type AccountState,
  ApiError,
  type BrokerConfiguration,
  type BrokerHost,
  type BrokerTerminalService,
  type ConnectionStatus,
  type DurationInfo,
  type Equity,
  type Execution,
  isLive,
  type KillSwitch,
  MergedOrders,
  MergedPositions,
  mergeExecutions,
  NotificationType,
  type Order,
  type Position,
  SimpleWatchedValue,
  type TradingClient,
} from "@trading-api/client";
import { type Accessor, batch, createMemo, createRoot, createSignal } from "solid-js";
import { createStore, produce, reconcile } from "solid-js/store";
import { byEnd, byFamily } from "./account/order-lists.ts";
import { SessionCurve } from "./account/session-curve.ts";
import { adviceFor, messageOf } from "./error-messages.ts";
import type { MarketClock } from "./market-clock.ts";
import { titleOf } from "./notifications/history.ts";
import type { Notifications } from "./notifications/notifications.ts";
import { isPermanent } from "./read-until-answered.ts";
import type { SharedFrames } from "./shared-frames.ts";
import { texts } from "./texts/texts.ts";

export type Loading = "loading" | "loaded" | "failed";

/** The number of ended orders that the account stores. */
const ENDED_ORDERS_MAX = 500;
/** The number of executions that the account stores. */
export const EXECUTIONS_MAX = 500;
/** The last time that the server takes: no order has ended since then. */
const NONE_ENDED_SINCE = Number.MAX_SAFE_INTEGER;
const RETRY_MS = 1_500;
const CLOCK_MS = 10_000;

/**
 * The account that the terminal shows. It is the host of the client's broker and stores what the
 * broker reports in signals and stores of Solid.
 */
export class TradingAccount {
  readonly #client: TradingClient;
  readonly #notifications: Notifications;
  readonly #frames: SharedFrames;
  readonly #orders = createStore<Record<string, Order>>({});
  readonly #liveOrders: Accessor<Order[]>;
  readonly #endedOrders = createSignal<readonly Order[]>([]);
  readonly #positions = createStore<Record<string, Position>>({});
  readonly #executions = createSignal<readonly Execution[]>([]);
  /** The newest figures, which wait for their frame: profits by the ids of positions, and money. */
  readonly #newProfits = new Map<string, number>();
  #newEquity: Equity | null = null;
  #newState: AccountState | null = null;
  readonly #equity = createSignal<Equity | null>(null);
  readonly #state = createSignal<AccountState | null>(null);
  readonly #status = createSignal<{ status: ConnectionStatus; message?: string }>({ status: 2 });
  readonly #loading = createSignal<Loading>("loading");
  readonly #failure = createSignal("");
  readonly #configuration = createSignal<BrokerConfiguration | null>(null);
  readonly #currency = createSignal("");
  readonly #id = createSignal("");
  readonly #name = createSignal("");
  readonly #kind = createSignal<AccountKind>("paper");
  readonly #halt = createSignal<KillSwitch>({ on: false });
  readonly #mergedOrders = new MergedOrders();
  readonly #mergedPositions = new MergedPositions();
  /** The executions that the socket reported before the history, which may contain them. */
  #liveExecutions: Execution[] = [];
  readonly #clock: MarketClock;
  readonly curve: SessionCurve;
  #broker: BrokerTerminalService | null = null;
  #onFill: () => void = () => {};

  constructor(
    client: TradingClient,
    notifications: Notifications,
    frames: SharedFrames,
    clock: MarketClock,
  ) {
    this.#client = client;
    this.#clock = clock;
    this.curve = new SessionCurve(clock);
    this.#notifications = notifications;
    this.#frames = frames;
    this.#liveOrders = createRoot(() =>
      createMemo(() => Object.values(this.#orders[0]).sort(byFamily)),
    );
  }

  get id(): string {
    return this.#id[0]();
  }
  /** What the account is called; its id if it was given no name. */
  get name(): string {
    return this.#name[0]() || this.id;
  }
  /** Read the name, which another terminal may have changed. */
  async readName(): Promise<void> {
    const { id } = this;
    const { name } = await this.#client.rest.account(id).info();
    if (id === this.id) this.setName(name);
  }
  setName(name: string): void {
    this.#name[1](name);
  }
  get kind(): AccountKind {
    return this.#kind[0]();
  }
  /** Whether the account is one of real money. */
  get isLive(): boolean {
    return this.kind === "live";
  }
  /** Whether trading is halted, and why. */
  get halt(): KillSwitch {
    return this.#halt[0]();
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
  /** The money with its margin level and what was realized today; null before the first report. */
  get state(): AccountState | null {
    return this.#state[0]();
  }
  /** The margin levels below which the account is warned, in percent, descending. */
  get marginWarningLevels(): readonly number[] {
    return this.#configuration[0]()?.marginWarningLevels ?? [];
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
    return this.#liveOrders();
  }
  /** The orders that ended since the start, newest first, and the newest ones of them. */
  get endedOrders(): readonly Order[] {
    return this.#endedOrders[0]();
  }
  get positions(): Position[] {
    return Object.values(this.#positions[0]).sort((a, b) => a.symbol.localeCompare(b.symbol));
  }
  /** Return the market's time in ms UTC, or null while it is not known. */
  marketTime(): number | null {
    return this.#clock.at(performance.now());
  }
  /** Return a live order, as a store that follows its changes. */
  liveOrder(id: string): Order | undefined {
    return this.#orders[0][id];
  }
  /** Return whether an order is known to have ended. */
  hasEnded(id: string): boolean {
    const order = this.#mergedOrders.get(id);
    return order !== undefined && !isLive(order.status);
  }
  position(symbol: string): Position | undefined {
    return this.#positions[0][symbol];
  }

  /** The broker of the account. Throws until the account was found. */
  get broker(): BrokerTerminalService {
    if (this.#broker === null) throw new Error("The account is not loaded yet.");
    return this.#broker;
  }

  /** Halt trading, which cancels all orders, or resume it. */
  async setHalt(on: boolean): Promise<void> {
    const rest = this.#client.rest.account(this.id);
    await rest.setKillSwitch(on, on ? texts.liveBanner.reason : "");
    this.#halt[1](await rest.killSwitch());
  }

  /** Set what the link of a fill notification runs. */
  onFill(show: () => void): void {
    this.#onFill = show;
  }

  /**
   * Load the account, and retry until the backend answers. Without an id it is the default account,
   * and also if the id is unknown and `isDefaultTaken` returns true.
   */
  async start(accountId: string | undefined, isDefaultTaken = () => false): Promise<void> {
    let id = accountId;
    while (true) {
      try {
        const rest = this.#client.rest.account(id);
        const [info, configuration] = await Promise.all([rest.info(), rest.configuration()]);
        this.#configuration[1](configuration);
        this.#id[1](info.id);
        this.#name[1](info.name);
        this.#currency[1](info.currency);
        this.#kind[1](info.kind);
        await this.#connectBroker(info.id);
        await this.#load();
        this.#loading[1]("loaded");
        return;
      } catch (error) {
        const isUnknown = error instanceof ApiError && error.code === "unknown_account";
        if (isUnknown && id !== undefined && isDefaultTaken()) {
          id = undefined;
          continue;
        }
        const advice = isPermanent(error) ? adviceFor(error) : texts.accountMessages.retrying;
        const message = error instanceof ApiError ? messageOf(error) : "";
        this.#failure[1](`${message} ${advice ?? ""}`.trim());
        this.#loading[1]("failed");
        if (isPermanent(error)) return;
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
      { onData: (equity) => this.#receiveEquity(equity), onFailed: () => {} },
    );
    this.#client.feeds.account(
      { accountId },
      {
        onData: (state) => {
          this.#newState = state;
          this.#frames.requestTexts("panels", this.#showFigures);
          void this.#followHalt(state.halted);
        },
        onFailed: () => {},
      },
    );
    this.#client.feeds.notifications(
      { accountId },
      { onData: (notification) => this.#showNotification(notification), onFailed: () => {} },
    );
  }

  /** Read why trading is halted or resumed, if that has changed. */
  async #followHalt(halted: boolean): Promise<void> {
    if (halted === this.halt.on) return;
    this.#halt[1]({ on: halted });
    const halt = await this.#client.rest.account(this.id).killSwitch();
    if (halt.on === this.halt.on) this.#halt[1](halt);
  }

  async #load(): Promise<void> {
    const rest = this.#client.rest.account(this.id);
    const [orders, positions, executions, halt] = await Promise.all([
      rest.orders(NONE_ENDED_SINCE),
      rest.positions(),
      rest.recentExecutions(EXECUTIONS_MAX),
      rest.killSwitch(),
      this.#readClock(),
    ]);
    batch(() => {
      this.#halt[1](halt);
      this.#applyOrders(orders);
      for (const position of this.#mergedPositions.addFromSnapshot(positions)) {
        this.#showPosition(position);
      }
      this.#executions[1](mergeExecutions(executions, this.#liveExecutions).slice(-EXECUTIONS_MAX));
      this.#liveExecutions = [];
    });
    setInterval(() => {
      if (document.visibilityState === "visible") this.#readClock().catch(() => {});
    }, CLOCK_MS);
  }

  async #readClock(): Promise<void> {
    const seconds = await this.#client.rest.market.time();
    this.#clock.add(seconds * 1_000, performance.now());
  }

  #host(): BrokerHost {
    return {
      factory: { createWatchedValue: (value) => new SimpleWatchedValue(value) },
      orderUpdate: (order) => this.#applyOrders([order]),
      positionUpdate: (position) => {
        if (this.#mergedPositions.applyLive(position)) this.#showPosition(position);
      },
      // A position that is not shown gets its profit with the position.
      plUpdate: (id, pl) => {
        if (this.position(id) === undefined) return;
        this.#newProfits.set(id, pl);
        this.#frames.requestTexts("panels", this.#showFigures);
      },
      executionUpdate: (execution) => {
        if (this.loading !== "loaded") this.#liveExecutions.push(execution);
        this.#executions[1]((all) => [...all, execution].slice(-EXECUTIONS_MAX));
      },
      equityUpdate: () => {},
      connectionStatusUpdate: (status, info) => {
        this.#status[1]({ status, ...(info?.message && { message: info.message }) });
      },
      showNotification: (title, text, type) => this.#notify(title, text, type),
    };
  }

  /** Store the orders that are news. The live ones and the ended ones are kept apart. */
  #applyOrders(orders: readonly Order[]): void {
    const [live, setLive] = this.#orders;
    const news = orders.filter((order) => this.#mergedOrders.apply(order));
    const ended = news.filter(({ status }) => !isLive(status));
    batch(() => {
      for (const order of news) {
        if (isLive(order.status)) setLive(order.id, reconcile(order));
      }
      if (ended.length === 0) return;
      setLive(
        produce((all) => {
          for (const { id } of ended) if (live[id] !== undefined) delete all[id];
        }),
      );
      this.#endedOrders[1]((all) => [...ended, ...all].sort(byEnd).slice(0, ENDED_ORDERS_MAX));
    });
  }

  #showPosition(position: Position): void {
    const [, set] = this.#positions;
    this.#newProfits.delete(position.id);
    if (position.qty !== 0) set(position.id, reconcile(position));
    else set(produce((all) => delete all[position.id]));
  }

  readonly #showFigures = (): void => {
    batch(() => {
      this.#equity[1](this.#newEquity);
      this.#state[1](this.#newState);
      for (const [id, pl] of this.#newProfits) this.#positions[1](id, "pl", pl);
    });
    this.#newProfits.clear();
  };

  #receiveEquity(equity: Equity): void {
    this.#newEquity = equity;
    this.curve.report(equity);
    this.#frames.requestTexts("panels", this.#showFigures);
  }

  /** Show what the orders do not show: the broker reports complete fills itself. */
  #showNotification({ code, severity, message }: AccountNotification): void {
    if (code === "order_filled") return;
    const tone = severity === "info" ? "info" : "error";
    this.#notifications.show({ tone, title: titleOf(code), text: message, isStored: true });
  }

  #notify(title: string, text: string, type: NotificationType | undefined): void {
    const isError = type === NotificationType.Error;
    this.#notifications.show({
      tone: isError ? "error" : "success",
      title,
      text,
      isStored: !isError,
      ...(isError && { advice: texts.accountMessages.correct }),
      ...(!isError && {
        action: { label: texts.accountMessages.seePositions, run: () => this.#onFill() },
      }),
    });
  }
}
