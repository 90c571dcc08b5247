import { test as base } from "vitest";
import { Backend } from "./backend.ts";
import { chromiumPath, launchForShortPages } from "./chromium.ts";
import { developmentToken } from "./development-token.ts";
import { SteppedMarket } from "./stepped-market.ts";

const AUTH_SECRET = "a secret for the tests, of 32 bytes and more";

/** A server that requires a token, below a path as behind a proxy. */
export interface GuardedServer {
  /** The address of the terminal on it. */
  address: string;
  secret: string;
  token: string;
}

/**
 * The hooks of these tests get a browser and servers. Each starts when the first file needs it, and
 * stays for the files after it, so every test has an account of its own. Without the system's
 * browser nothing starts.
 */
export const test = base
  .extend("chromium", { scope: "worker" }, chromiumPath)
  .extend("browser", { scope: "worker" }, async ({ chromium }, { onCleanup }) => {
    if (chromium === undefined) return undefined;
    const browser = await launchForShortPages();
    onCleanup(() => browser.close());
    return browser;
  })
  .extend("stepped", { scope: "worker" }, async ({ chromium }, { onCleanup }) => {
    if (chromium === undefined) return undefined;
    const market = await SteppedMarket.start();
    onCleanup(() => market.stop());
    return market;
  })
  .extend("simulated", { scope: "worker" }, async ({ chromium }, { onCleanup }) => {
    if (chromium === undefined) return undefined;
    const backend = await Backend.start();
    onCleanup(() => backend.stop());
    return backend;
  })
  .extend("guarded", { scope: "worker" }, async ({ chromium }, { onCleanup }) => {
    if (chromium === undefined) return undefined;
    const settings = { AUTH_MODE: "secret", AUTH_SECRET, ROOT_PATH: "/trading" };
    const [backend, token] = await Promise.all([
      Backend.start(settings),
      developmentToken(AUTH_SECRET),
    ]);
    onCleanup(() => backend.stop());
    return { address: `${backend.address}/trading`, secret: AUTH_SECRET, token };
  });
