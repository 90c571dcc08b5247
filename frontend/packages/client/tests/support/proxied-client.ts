import { afterAll, afterEach, beforeAll, beforeEach, inject } from "vitest";
import { TradingClient } from "../../src/trading-client.ts";
import { TcpProxy } from "./tcp-proxy.ts";

export interface ProxiedClient {
  /** A client without the proxy. Its connection is never cut. */
  direct: TradingClient;
  proxy: TcpProxy;
  /** The client under test, new for each test, behind the proxy. */
  client: TradingClient;
}

/**
 * Register hooks that give each test of a file a client behind a proxy, of the shared backend whose
 * market moves or does not.
 */
export function proxiedClient(market: "simulated" | "standing" = "simulated"): ProxiedClient {
  const setup = {} as ProxiedClient;
  const { address, port } = inject(market);
  beforeAll(() => {
    setup.direct = new TradingClient({ baseUrl: address });
  });
  afterAll(() => setup.direct.close());
  beforeEach(async () => {
    setup.proxy = new TcpProxy(port);
    setup.client = new TradingClient({ baseUrl: await setup.proxy.start() });
  });
  afterEach(() => {
    setup.client.close();
    setup.proxy.close();
  });
  return setup;
}
