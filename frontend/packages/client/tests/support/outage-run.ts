import { OrderStatus, Side } from "../../src/model/broker.ts";
import type { AccountRest } from "../../src/rest-client.ts";
import { TradingClient } from "../../src/trading-client.ts";
import type { Backend } from "./backend.ts";
import { signedToken } from "./development-token.ts";
import { FakeHost } from "./fake-host.ts";
import { type Outage, SCENARIOS } from "./scenarios.ts";
import { TcpProxy } from "./tcp-proxy.ts";
import { marketOrder } from "./trading.ts";
import { until } from "./until.ts";

const LONG_MS = 600_000;

/** One outage: a client behind a proxy, and another client that trades in its account. */
export class OutageRun {
  readonly host = new FakeHost();
  readonly account: AccountRest;
  connections = 0;
  readonly #backend: Backend;
  readonly #accountId: string;
  readonly #proxy: TcpProxy;
  readonly #trader: TradingClient;
  readonly #token: { value: string; expiresAt: number };
  readonly #firstExpiresAt: number;
  #client: TradingClient | null = null;

  constructor(backend: Backend, accountId: string, validMs = LONG_MS) {
    this.#backend = backend;
    this.#accountId = accountId;
    this.#proxy = new TcpProxy(backend.port);
    this.#token = this.#sign(validMs);
    this.#firstExpiresAt = this.#token.expiresAt;
    const token = this.#sign(LONG_MS);
    const authentication = { token: async () => token };
    this.#trader = new TradingClient({ baseUrl: backend.address, authentication });
    this.account = this.#trader.rest.account(accountId);
  }

  /** Start the client, do the steps, and wait until the client has reported everything. */
  async run({ steps }: Outage): Promise<void> {
    this.#client = new TradingClient({
      baseUrl: await this.#proxy.start(),
      authentication: { token: async () => ({ ...this.#token }) },
      polling: false,
      socket: { backoff: { baseMs: 50, maxMs: 200 }, pingIntervalMs: 500, replyTimeoutMs: 1_500 },
    });
    this.#client.socket.onState(({ phase }) => {
      if (phase === "connected") this.connections += 1;
    });
    const broker = await this.#client.broker(this.host, this.#accountId);
    await broker.ready();
    for (const step of steps) await this.#step(step);
    await this.#allReceived();
  }

  close(): void {
    this.#client?.close();
    this.#trader.close();
    this.#proxy.close();
  }

  async #step(text: string): Promise<void> {
    const [name, count] = text.split(" ");
    switch (name) {
      case "place":
        return this.#place(Number(count));
      case "received":
        return this.#allReceived();
      case "kill":
        return this.#backend.kill();
      case "start":
        return this.#backend.restart();
      case "pause":
        return this.#backend.pause();
      case "continue":
        return this.#backend.continue();
      case "cut":
        return this.#proxy.cut();
      case "stall":
        return this.#proxy.stall();
      case "restore":
        return this.#proxy.restore();
      case "disconnected":
        return until(() => this.#client?.socket.state.phase !== "connected");
      case "expired":
        return until(() => Date.now() > this.#firstExpiresAt + 100);
      case "renew":
        Object.assign(this.#token, this.#sign(LONG_MS));
        return;
      default:
        throw new Error(text);
    }
  }

  async #place(count: number): Promise<void> {
    for (let placed = 0; placed < count; placed += 1) {
      await this.account.place(marketOrder(Side.Buy), crypto.randomUUID());
    }
  }

  async #allReceived(): Promise<void> {
    // A market order can fill in parts, and what is read before its last part is soon out of date.
    await until(async () =>
      (await this.account.orders()).every(({ status }) => status === OrderStatus.Filled),
    );
    const executions = await this.account.recentExecutions(1_000);
    await until(() => this.host.executions.length >= executions.length);
    const orders = await this.account.orders();
    await until(() => orders.every(({ id, version }) => this.host.order(id)?.version === version));
    const [position] = await this.account.positions();
    await until(() => this.host.position("BTCUSD")?.qty === position?.qty);
  }

  #sign(validMs: number): { value: string; expiresAt: number } {
    const scope = "market:read account:read account:trade";
    const claims = { sub: "scenario", scope, accounts: [this.#accountId] };
    const value = signedToken(SCENARIOS.server.AUTH_SECRET, claims, validMs);
    return { value, expiresAt: Date.now() + validMs };
  }
}
