import type { Browser, CDPSession, Locator } from "playwright-core";
import { afterAll, afterEach, beforeAll, beforeEach } from "vitest";
import { CHROMIUM_MISSING, chromiumPath, launchChromium } from "./chromium.ts";
import { SteppedMarket } from "./stepped-market.ts";
import { type Opening, TerminalPage } from "./terminal-page.ts";

export const PHONE = { viewport: { width: 360, height: 740 }, hasTouch: true, isMobile: true };

/**
 * What tests share whose market is still: one backend and one browser for a file, and an account of
 * its own and at most one page for each test. The hooks of the file are registered by `of`.
 */
export class SteppedTerminal {
  #market: SteppedMarket | undefined;
  #browser: Browser | undefined;
  #terminal: TerminalPage | undefined;
  #tests = 0;
  readonly #prefix: string;

  private constructor(prefix: string) {
    this.#prefix = prefix;
  }

  static of(prefix: string, program?: string[]): SteppedTerminal {
    const shared = new SteppedTerminal(prefix);
    beforeAll(async () => {
      if (chromiumPath === undefined) return;
      [shared.#market, shared.#browser] = await Promise.all([
        SteppedMarket.start(program),
        launchChromium(),
      ]);
    });
    beforeEach((context) => {
      if (chromiumPath === undefined) context.skip(CHROMIUM_MISSING);
      shared.#tests += 1;
    });
    afterEach(async () => {
      await shared.#terminal?.close();
      shared.#terminal = undefined;
    });
    afterAll(async () => {
      await shared.#browser?.close();
      await shared.#market?.backend.stop();
    });
    return shared;
  }

  get market(): SteppedMarket {
    if (this.#market === undefined) throw new Error("The market is not started");
    return this.#market;
  }

  /** The account of the running test. */
  get account(): string {
    return `${this.#prefix}-${this.#tests}`;
  }

  async open(options: Opening = {}): Promise<TerminalPage> {
    if (this.#browser === undefined) throw new Error("The browser is not started");
    const { account } = this;
    this.#terminal = await TerminalPage.open(this.#browser, this.market.address, {
      account,
      ...options,
    });
    return this.#terminal;
  }

  /** Return what the server answers about the account: `get("orders")`. */
  async get<T>(path: string, query = ""): Promise<T> {
    const address = `${this.market.address}/api/v1/broker/${path}?account_id=${this.account}${query}`;
    return (await fetch(address)).json();
  }
}

/** A finger on the page. */
export class Finger {
  readonly #session: CDPSession;

  private constructor(session: CDPSession) {
    this.#session = session;
  }

  static async on({ page }: TerminalPage): Promise<Finger> {
    return new Finger(await page.context().newCDPSession(page));
  }

  async down(x: number, y: number): Promise<void> {
    await this.#send("touchStart", [{ x, y }]);
  }

  async move(x: number, y: number): Promise<void> {
    await this.#send("touchMove", [{ x, y }]);
  }

  async up(): Promise<void> {
    await this.#send("touchEnd", []);
  }

  async tap(element: Locator): Promise<void> {
    const { x, y } = await middleOf(element);
    await this.down(x, y);
    await this.up();
  }

  async #send(
    type: "touchStart" | "touchMove" | "touchEnd",
    touchPoints: { x: number; y: number }[],
  ): Promise<void> {
    await this.#session.send("Input.dispatchTouchEvent", { type, touchPoints });
  }
}

export async function middleOf(element: Locator): Promise<{ x: number; y: number }> {
  const { x, y, width, height } = await boxOf(element);
  return { x: x + width / 2, y: y + height / 2 };
}

export async function boxOf(
  element: Locator,
): Promise<{ x: number; y: number; width: number; height: number }> {
  const box = await element.boundingBox();
  if (box === null) throw new Error("not visible");
  return box;
}
