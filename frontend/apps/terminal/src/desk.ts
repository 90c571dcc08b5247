import { type Order, type Position, type Side, TradingClient } from "@trading-api/client";
import { type Accessor, createContext, createSignal, useContext } from "solid-js";
import { authentication, isUnknownCaller } from "./access.ts";
import { TradingAccount } from "./account.ts";
import { kept } from "./kept.ts";
import { Market } from "./market.ts";
import { Notices } from "./notices.ts";
import { Ticket } from "./ticket/ticket.ts";

export type View = "chart" | "trade" | "watch" | "account";
export type Panel = "positions" | "orders" | "history" | "fills" | "equity";
export type OpenDialog =
  | { name: "modify"; order: Order }
  | { name: "close"; position: Position }
  | { name: "protect"; position: Position }
  | { name: "leverage"; symbol: string }
  | { name: "search" }
  | { name: "token" }
  | { name: "shortcuts" }
  | null;

/** Everything that the parts of the screen share. */
export class Desk {
  readonly client = new TradingClient({
    ...authentication(),
    socket: { backoff: { baseMs: 200, maxMs: 2_000 } },
  });
  readonly notices = new Notices();
  readonly market = new Market(this.client);
  readonly account = new TradingAccount(this.client, this.notices);
  readonly ticket: Ticket;
  readonly symbol: Accessor<string>;
  readonly resolution: Accessor<string>;
  readonly setResolution: (resolution: string) => void;
  readonly view: Accessor<View>;
  readonly setView: (view: View) => void;
  readonly panel: Accessor<Panel>;
  readonly setPanel: (panel: Panel) => void;
  readonly dialog: Accessor<OpenDialog>;
  readonly open: (dialog: OpenDialog) => void;
  readonly #setSymbol: (symbol: string) => void;

  constructor() {
    [this.symbol, this.#setSymbol] = kept("symbol", "");
    [this.resolution, this.setResolution] = kept("resolution", "1");
    [this.view, this.setView] = createSignal<View>("chart");
    [this.panel, this.setPanel] = createSignal<Panel>("positions");
    [this.dialog, this.open] = createSignal<OpenDialog>(null);
    this.ticket = new Ticket(this);
    this.account.onFill(() => this.showPanel("positions"));
    this.client.socket.onState((state) => {
      if (state.phase === "waiting" && state.reason.startsWith("1008")) void this.#askWhoIsThere();
    });
  }

  /** `?account=` and `?symbol=` of the address go before what is remembered. */
  async start(address: URLSearchParams): Promise<void> {
    void this.account.start(address.get("account") ?? undefined);
    const wanted = address.get("symbol")?.toUpperCase() ?? this.symbol();
    while (true) {
      try {
        const found = await this.market.start();
        const symbol = found.includes(wanted) ? wanted : found[0];
        if (symbol !== undefined) this.show(symbol);
        if (symbol !== undefined && address.has("symbol") && symbol !== wanted) {
          const title = `There is no ${wanted} here`;
          this.notices.show({
            tone: "info",
            title,
            text: `This is ${symbol}; press / for others.`,
          });
        }
        return;
      } catch (error) {
        if (isUnknownCaller(error)) {
          this.open({ name: "token" });
          return;
        }
        await new Promise((resolve) => setTimeout(resolve, 1_500));
      }
    }
  }

  /** Where a token ended while the page was open; a server has other reasons for 1008. */
  async #askWhoIsThere(): Promise<void> {
    try {
      await this.client.rest.market.time();
    } catch (error) {
      if (isUnknownCaller(error)) this.open({ name: "token" });
    }
  }

  show(symbol: string): void {
    this.#setSymbol(symbol);
    this.ticket.begin();
  }

  showPanel(panel: Panel): void {
    this.setPanel(panel);
    this.setView("account");
  }

  trade(side: Side): void {
    this.ticket.set({ side });
    this.setView("trade");
  }

  /** A command; whoever asked is told whether it was taken. */
  async run(title: string, command: () => Promise<unknown>): Promise<boolean> {
    try {
      await command();
      return true;
    } catch (error) {
      this.notices.showError(title, error);
      return false;
    }
  }
}

const DeskContext = createContext<Desk>();
export const DeskProvider = DeskContext.Provider;

export function useDesk(): Desk {
  const desk = useContext(DeskContext);
  if (desk === undefined) throw new Error("Outside of the desk");
  return desk;
}
