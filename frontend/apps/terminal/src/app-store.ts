import {
  type Order,
  type Position,
  type PreOrder,
  type PriceAlert,
  type Side,
  TradingClient,
} from "@trading-api/client";
import {
  type Accessor,
  createComputed,
  createContext,
  createRoot,
  createSignal,
  on,
  useContext,
} from "solid-js";
import { TradingAccount } from "./account.ts";
import { chosenAccount, forgetAccount } from "./account-choice.ts";
import { PriceAlerts } from "./alerts/price-alerts.ts";
import { authentication, isUnauthenticated } from "./authentication.ts";
import { Charts } from "./chart/chart-store.ts";
import { Market } from "./market/market.ts";
import { MarketClock } from "./market-clock.ts";
import { Notifications } from "./notifications/notifications.ts";
import { reloadWhenServed } from "./page-reload.ts";
import { missingParts } from "./part.ts";
import { persistedSignal } from "./persisted-signal.ts";
import { ReplayStore } from "./replay/replay-store.ts";
import { SharedFrames } from "./shared-frames.ts";
import { texts } from "./texts/texts.ts";
import { Ticket } from "./ticket/ticket.ts";
import { windowKind } from "./workspace/window-kind.ts";
import { Workspace } from "./workspace/workspace.ts";

export type View = "chart" | "trade" | "watch" | "account";
export type Panel =
  | "positions"
  | "orders"
  | "history"
  | "fills"
  | "equity"
  | "summary"
  | "statistics"
  | "trades"
  | "alerts";
export type OpenDialog =
  | { name: "modify"; order: Order }
  | { name: "close"; position: Position }
  | { name: "protect"; position: Position }
  | { name: "leverage"; symbol: string }
  | { name: "confirm"; text: string; order?: PreOrder; onAnswer(isConfirmed: boolean): void }
  | { name: "alert"; symbol: string; alert?: PriceAlert; price?: number }
  /** `adds` is whether a chosen symbol is added to the watchlist instead of shown on the chart. */
  | { name: "search"; adds?: boolean }
  | { name: "goTo" }
  | { name: "compare" }
  | { name: "token" }
  | { name: "accounts" }
  | { name: "notifications" }
  | { name: "shortcuts" }
  | { name: "indicators"; id?: string }
  | { name: "layout" }
  | { name: "drawings"; id?: string }
  | null;

/** The state that the components share. */
export class AppStore {
  readonly client = new TradingClient({
    // The page may be at a sub-path, where a proxy serves the API too.
    baseUrl: new URL(".", location.href).href.replace(/\/$/, ""),
    ...authentication(),
    socket: { backoff: { baseMs: 200, maxMs: 2_000 } },
  });
  readonly notifications = new Notifications();
  readonly frames = new SharedFrames();
  readonly market = new Market(this.client, this.frames);
  readonly #clock = new MarketClock();
  readonly account = new TradingAccount(this.client, this.notifications, this.frames, this.#clock);
  readonly alerts = new PriceAlerts(this.client);
  readonly charts = new Charts();
  readonly workspace = new Workspace(windowKind);
  readonly replay = new ReplayStore(this.client, this.#clock);
  readonly ticket: Ticket;
  readonly view: Accessor<View>;
  readonly setView: (view: View) => void;
  readonly panel: Accessor<Panel>;
  readonly setPanel: (panel: Panel) => void;
  readonly dialog: Accessor<OpenDialog>;
  readonly openDialog: (dialog: OpenDialog) => void;
  /** Whether orders from the chart are placed without a confirmation. Real money is always asked for. */
  readonly isOneClick: Accessor<boolean>;
  readonly setOneClick: (isOneClick: boolean) => void;
  readonly #running = createSignal<ReadonlySet<string>>(new Set());

  constructor() {
    [this.view, this.setView] = createSignal<View>("chart");
    const [panel, setPanel] = persistedSignal<Panel>("panel", "positions");
    this.panel = panel;
    this.setPanel = (panel) => {
      setPanel(panel);
      this.workspace.setHidden("panels", false);
    };
    [this.dialog, this.openDialog] = createSignal<OpenDialog>(null);
    [this.isOneClick, this.setOneClick] = persistedSignal("one-click", false);
    this.ticket = new Ticket(this);
    const { ticket, symbol } = this;
    createRoot(() => {
      createComputed(on(symbol, () => ticket.reset(), { defer: true }));
      createComputed(on(missingParts, () => this.#offerReload(), { defer: true }));
    });
    this.account.onFill(() => this.showPanel("positions"));
    this.client.socket.onState((state) => {
      if (state.phase === "waiting" && state.reason.startsWith("1008"))
        void this.#checkAuthentication();
    });
  }

  /** The symbol of the active chart, which the ticket and the shortcuts are about. */
  readonly symbol = (): string => this.charts.active().symbol();

  /** Load the account and the symbols. `?account=` and `?symbol=` override the stored choice. */
  async start(address: URLSearchParams): Promise<void> {
    void this.#startAccount(address.get("account"));
    const requested = address.get("symbol")?.toUpperCase() ?? this.symbol();
    while (true) {
      try {
        const symbol = await this.market.start(requested);
        if (symbol !== undefined) this.selectSymbol(symbol);
        if (symbol !== undefined && address.has("symbol") && !requested.endsWith(symbol)) {
          const title = texts.terminal.noSymbol(requested);
          this.notifications.show({
            tone: "info",
            title,
            text: texts.terminal.thisIs(symbol),
          });
        }
        return;
      } catch (error) {
        if (isUnauthenticated(error)) {
          this.openDialog({ name: "token" });
          return;
        }
        await new Promise((resolve) => setTimeout(resolve, 1_500));
      }
    }
  }

  /** Load the account of the address, or that which was chosen last, or else the default one. */
  async #startAccount(ofAddress: string | null): Promise<void> {
    const chosen = chosenAccount();
    await this.account.start(ofAddress ?? chosen, () => {
      if (ofAddress !== null || chosen === undefined) return false;
      forgetAccount();
      const { accountForgotten: title, accountIsDefault: text } = texts.workspace;
      this.notifications.show({ tone: "info", title: title(chosen), text });
      return true;
    });
    if (this.account.loading === "loaded") await this.alerts.follow(this.account.id);
  }

  /** Offer to reload the page, because a part of it is missing. */
  #offerReload(): void {
    const { title, reloadToLoad: text, reload: label } = texts.parts;
    const action = { label, run: () => void reloadWhenServed() };
    this.notifications.show({ tone: "error", title, text, action, isLasting: true });
  }

  /** Ask for a token if it expired. The server closes with 1008 for other reasons too. */
  async #checkAuthentication(): Promise<void> {
    try {
      await this.client.rest.market.time();
    } catch (error) {
      if (isUnauthenticated(error)) this.openDialog({ name: "token" });
    }
  }

  /** Show a symbol on the active chart, and on those that are linked to it. */
  selectSymbol(symbol: string): void {
    this.charts.selectSymbol(symbol);
  }

  showPanel(panel: Panel): void {
    this.setPanel(panel);
    this.setView("account");
  }

  trade(side: Side): void {
    this.ticket.set({ side });
    this.setView("trade");
  }

  /** Return whether a command on `target` is running. Its buttons are disabled meanwhile. */
  isRunning(target: string): boolean {
    return this.#running[0]().has(target);
  }

  #confirm(text: string, order: PreOrder | undefined): Promise<boolean> {
    return new Promise((onAnswer) =>
      this.openDialog({ name: "confirm", text, onAnswer, ...(order && { order }) }),
    );
  }

  /**
   * Run a command, unless one on the same `target` is running, and show its error with `title`.
   * Resolve to whether it succeeded. `confirm` is what an account of real money asks before, and
   * with `asks` every account; a preview of `order` is shown with it.
   */
  async runCommand(
    target: string,
    title: string,
    command: () => Promise<unknown>,
    { confirm, asks = false, order }: Confirmation = {},
  ): Promise<boolean> {
    const [running, setRunning] = this.#running;
    if (running().has(target)) return false;
    const isAsked = confirm !== undefined && (asks || this.account.isLive);
    if (isAsked && !(await this.#confirm(confirm, order))) return false;
    if (running().has(target)) return false;
    setRunning(new Set([...running(), target]));
    try {
      await command();
      return true;
    } catch (error) {
      this.notifications.showError(title, error);
      return false;
    } finally {
      setRunning(new Set([...running()].filter((each) => each !== target)));
    }
  }
}

export interface Confirmation {
  confirm?: string;
  asks?: boolean;
  order?: PreOrder;
}

const AppContext = createContext<AppStore>();
export const AppProvider = AppContext.Provider;

/** Return the AppStore of the surrounding AppProvider. */
export function useApp(): AppStore {
  const app = useContext(AppContext);
  if (app === undefined) throw new Error("useApp is called outside of an AppProvider");
  return app;
}
