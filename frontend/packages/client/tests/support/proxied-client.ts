import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { TradingClient } from "../../src/trading-client.ts";
import { Backend } from "./backend.ts";
import { TcpProxy } from "./tcp-proxy.ts";

export interface ProxiedClient {
  backend: Backend;
  /** A client without the proxy. Its connection is never cut. */
  direct: TradingClient;
  proxy: TcpProxy;
  /** The client under test, new for each test, behind the proxy. */
  client: TradingClient;
}

/** The settings of a backend whose market does not move. */
export const STANDING_MARKET = {
  DATAFEED_CLOCK: "step",
  DATAFEED_START: "2026-01-05T10:30:00Z",
  MARKET_STALE_S: "600",
};

/**
 * Register hooks that give a test file one backend with the `environment`, and each of its tests a
 * client behind a proxy.
 */
export function proxiedClient(environment: Record<string, string> = {}): ProxiedClient {
  const setup = {} as ProxiedClient;
  beforeAll(async () => {
    setup.backend = await Backend.start(environment);
    setup.direct = new TradingClient({ baseUrl: setup.backend.address });
  });
  afterAll(async () => {
    setup.direct.close();
    await setup.backend.stop();
  });
  beforeEach(async () => {
    setup.proxy = new TcpProxy(setup.backend.port);
    setup.client = new TradingClient({ baseUrl: await setup.proxy.start() });
  });
  afterEach(() => {
    setup.client.close();
    setup.proxy.close();
  });
  return setup;
}
