import type { Browser } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import type { Backend } from "./backend.ts";
import { CHROMIUM_MISSING, chromiumPath } from "./chromium.ts";
import { type GuardedServer, test } from "./shared-servers.ts";
import { SteppedMarket } from "./stepped-market.ts";
import { type Opening, TerminalPage } from "./terminal-page.ts";

interface Server {
  readonly address: string;
}

/**
 * What the tests of a file have: a browser, a server, and for each test an account of its own, whose
 * name begins with a prefix. The hooks of the file are registered by the functions that create one.
 */
export class TerminalTests<S extends Server> {
  #browser: Browser | undefined;
  #server: S | undefined;
  #pages: TerminalPage[] = [];
  #tests = 0;
  readonly #prefix: string;

  private constructor(prefix: string) {
    this.#prefix = prefix;
    test.beforeAll(({ browser }) => {
      this.#browser = browser;
    });
    beforeEach((context) => {
      if (chromiumPath === undefined) context.skip(CHROMIUM_MISSING);
      this.#tests += 1;
    });
    afterEach(async () => {
      const pages = this.#pages;
      this.#pages = [];
      await Promise.all(pages.map((page) => page.close()));
    });
  }

  /** Share a market that a test moves, and that other files may have moved before. */
  static stepped(prefix: string): TerminalTests<SteppedMarket> {
    const tests = new TerminalTests<SteppedMarket>(prefix);
    test.beforeAll(({ stepped }) => {
      tests.#server = stepped;
    });
    return tests;
  }

  /** Share a market that moves by itself. */
  static simulated(prefix: string): TerminalTests<Backend> {
    const tests = new TerminalTests<Backend>(prefix);
    test.beforeAll(({ simulated }) => {
      tests.#server = simulated;
    });
    return tests;
  }

  /** Share a server that requires a token. */
  static guarded(prefix: string): TerminalTests<GuardedServer> {
    const tests = new TerminalTests<GuardedServer>(prefix);
    test.beforeAll(({ guarded }) => {
      tests.#server = guarded;
    });
    return tests;
  }

  /**
   * Start a market for this file alone, whose prices are the same in each run. `program` has the
   * arguments of Python, where it is not the usual server.
   */
  static steppedAlone(prefix: string, program?: string[]): TerminalTests<SteppedMarket> {
    return TerminalTests.alone(prefix, () => SteppedMarket.start(program));
  }

  /** Start a server for this file alone. */
  static alone<S extends Server & { stop(): Promise<void> }>(
    prefix: string,
    start: () => Promise<S>,
    timeout = 30_000,
  ): TerminalTests<S> {
    const tests = new TerminalTests<S>(prefix);
    beforeAll(async () => {
      if (chromiumPath !== undefined) tests.#server = await start();
    }, timeout);
    afterAll(async () => {
      await tests.#server?.stop();
    });
    return tests;
  }

  get browser(): Browser {
    if (this.#browser === undefined) throw new Error("The browser is not started");
    return this.#browser;
  }

  get server(): S {
    if (this.#server === undefined) throw new Error("The server is not started");
    return this.#server;
  }

  get address(): string {
    return this.server.address;
  }

  /** The account of the running test. */
  get account(): string {
    return `${this.#prefix}-${this.#tests}`;
  }

  /** Open a page with the account of the test. It is closed after the test. */
  open(options: Opening = {}): Promise<TerminalPage> {
    return this.openAt(this.address, options);
  }

  /** Open a page at another address, such as that of a proxy. */
  async openAt(address: string, options: Opening = {}): Promise<TerminalPage> {
    const { account } = this;
    const terminal = await TerminalPage.open(this.browser, address, { account, ...options });
    this.#pages.push(terminal);
    return terminal;
  }

  /** Return what the server answers about the account of the test: `get("orders")`. */
  async get<T>(path: string, query = ""): Promise<T> {
    const address = `${this.address}/api/v1/broker/${path}?account_id=${this.account}${query}`;
    return (await fetch(address)).json();
  }

  /** Return the server's quote of a symbol. The screen may show it a few frames later. */
  async quote(symbol: string): Promise<{ bid: number; ask: number }> {
    const response = await fetch(`${this.address}/api/v1/datafeed/quotes`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ symbols: [symbol] }),
    });
    const [quote] = (await response.json()) as { v: { bid: number; ask: number } }[];
    if (quote === undefined) throw new Error(`no quote of ${symbol}`);
    return quote.v;
  }
}
