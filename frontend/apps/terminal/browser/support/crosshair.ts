import { expect } from "vitest";
import { boxOf, Finger } from "./finger.ts";
import type { TerminalPage } from "./terminal-page.ts";
import { windowName } from "./window.ts";

/** A finger moves nothing before it is this far from where it was laid down. */
const FAR_PX = 40;

/**
 * Moves the crosshair of the first chart: by the mouse, or in a window for fingers by one that
 * presses long. The `+` at the crosshair is below a finger, and ends the crosshair of a mouse.
 */
export class Crosshair {
  readonly #terminal: TerminalPage;
  #finger: Finger | null = null;

  constructor(terminal: TerminalPage) {
    this.#terminal = terminal;
  }

  async move(x: number, y: number): Promise<void> {
    const { page } = this.#terminal;
    if (windowName === "desktop") await page.mouse.move(x, y);
    else {
      this.#finger ??= await this.#pressLong(x - FAR_PX, y);
      await this.#finger.move(x, y);
    }
  }

  async #pressLong(x: number, y: number): Promise<Finger> {
    const finger = await Finger.on(this.#terminal);
    await finger.down(x, y);
    const plus = this.#terminal.page.getByRole("button", { name: /^Trade at/ });
    await expect.poll(() => plus.getAttribute("data-shown")).toBe("true");
    return finger;
  }

  /** Leave the chart: a finger taps the legend. */
  async leave(): Promise<void> {
    const { page } = this.#terminal;
    const { x, y } = await boxOf(page.locator(".chart .canvas"));
    if (this.#finger === null) return page.mouse.move(x, y - 20);
    await this.#finger.up();
    await this.#finger.tap(page.getByTestId("legend"));
    this.#finger = null;
  }
}
