import { rm, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { fileURLToPath } from "node:url";
import { Backend } from "./backend.ts";

const script = fileURLToPath(new URL("stale_market.py", import.meta.url));

/** A backend whose market source sends no quotes and no heartbeats while it is stalled. */
export class StaleMarket {
  readonly #backend: Backend;

  private constructor(backend: Backend) {
    this.#backend = backend;
  }

  static async start(): Promise<StaleMarket> {
    return new StaleMarket(await Backend.start({ MARKET_STALE_S: "0.6" }, [script]));
  }

  get address(): string {
    return this.#backend.address;
  }

  stall(): Promise<void> {
    return writeFile(this.#file, "");
  }

  recover(): Promise<void> {
    return rm(this.#file);
  }

  stop(): Promise<void> {
    return this.#backend.stop();
  }

  get #file(): string {
    return join(this.#backend.folder, "stalled");
  }
}
