import { readFile } from "node:fs/promises";
import { createRequire } from "node:module";
import type { Page } from "playwright-core";

const axe = createRequire(import.meta.url).resolve("axe-core/axe.min.js");

/**
 * Return the violations of axe's rules on a page, each with the elements that have it. While a
 * dialog is open, nothing else is looked at.
 */
export async function axeViolations(page: Page): Promise<string[]> {
  // The Content-Security-Policy does not apply to what a debugger evaluates.
  if (!(await page.evaluate(() => "axe" in globalThis)))
    await page.evaluate(await readFile(axe, "utf8"));
  return page.evaluate(async () => {
    const part = document.querySelector("dialog[open]") ?? document;
    const { violations } = await (globalThis as unknown as Axe).axe.run(part);
    return violations.map(
      ({ id, nodes }) => `${id}: ${nodes.map(({ html }) => html.slice(0, 200)).join(" | ")}`,
    );
  });
}

interface Axe {
  axe: { run(part: Node): Promise<{ violations: { id: string; nodes: { html: string }[] }[] }> };
}
