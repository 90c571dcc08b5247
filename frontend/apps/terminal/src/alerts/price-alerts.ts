import {
  ApiError,
  type NewPriceAlert,
  type PriceAlert,
  type TradingClient,
} from "@trading-api/client";
import { createSignal } from "solid-js";
import { createStore, produce, reconcile } from "solid-js/store";
import { readUntilAnswered } from "../read-until-answered.ts";

export type AlertStatus = "active" | "firing" | "fired" | "expired";

/** The price alerts of an account, live. */
export class PriceAlerts {
  readonly #client: TradingClient;
  readonly #alerts = createStore<Record<string, PriceAlert>>({});
  readonly #isAvailable = createSignal(false);
  #accountId = "";

  constructor(client: TradingClient) {
    this.#client = client;
  }

  /** Whether the server has the module `alerts`. */
  get isAvailable(): boolean {
    return this.#isAvailable[0]();
  }

  /** The alerts, newest first. */
  get all(): PriceAlert[] {
    return Object.values(this.#alerts[0]).sort((a, b) => b.createdMs - a.createdMs);
  }

  /** The alerts of a symbol that wait for a price. */
  waitingFor(symbol: string): PriceAlert[] {
    return this.all.filter((alert) => alert.symbol === symbol && alert.status === "active");
  }

  /** Read the alerts of an account, and follow them. */
  async follow(accountId: string): Promise<void> {
    this.#accountId = accountId;
    try {
      await this.#read();
    } catch (error) {
      // Without the module, the server would close a socket that subscribes to it.
      if (error instanceof ApiError) return;
      throw error;
    }
    this.#isAvailable[1](true);
    this.#client.feeds.alerts(
      { accountId },
      {
        onData: (alert) => this.#apply(alert),
        // Nothing reports what was deleted during an outage.
        onReconnected: (how) => {
          if (how === "snapshot") this.#read().catch(() => {});
        },
        onFailed: () => {},
      },
    );
  }

  /** Create an alert. Rejects as the REST client does. */
  async create(alert: NewPriceAlert): Promise<void> {
    this.#apply(await this.#rest.create(alert));
  }

  /** Replace what an alert waits for. It is active again. */
  async change(id: string, alert: NewPriceAlert): Promise<void> {
    this.#apply(await this.#rest.change(id, alert));
  }

  async delete(id: string): Promise<void> {
    await this.#rest.delete(id);
    this.#remove(id);
  }

  get #rest() {
    return this.#client.rest.alerts(this.#accountId);
  }

  async #read(): Promise<void> {
    const before = Object.keys(this.#alerts[0]);
    const all = await readUntilAnswered(this.#client.socket, () => this.#rest.all());
    const found = new Set(all?.map(({ id }) => id));
    for (const id of before) if (!found.has(id)) this.#remove(id);
    for (const alert of all ?? []) this.#apply(alert);
  }

  #apply(alert: PriceAlert): void {
    if (alert.status === "deleted") this.#remove(alert.id);
    else this.#alerts[1](alert.id, reconcile(alert));
  }

  #remove(id: string): void {
    this.#alerts[1](produce((all) => delete all[id]));
  }
}
