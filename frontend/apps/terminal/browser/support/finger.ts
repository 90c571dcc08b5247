import type { CDPSession, Locator } from "playwright-core";
import { placeAtRest } from "./place.ts";
import type { TerminalPage } from "./terminal-page.ts";

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

/** Return the middle of an element once it is at rest: a view that was opened is laid out first. */
export async function middleOf(element: Locator): Promise<{ x: number; y: number }> {
  const [x, y] = await placeAtRest(element);
  return { x, y };
}

export async function boxOf(
  element: Locator,
): Promise<{ x: number; y: number; width: number; height: number }> {
  const box = await element.boundingBox();
  if (box === null) throw new Error("not visible");
  return box;
}
