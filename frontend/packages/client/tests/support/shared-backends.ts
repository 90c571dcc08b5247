import type { TestProject } from "vitest/node";
import { Backend } from "./backend.ts";

/** The settings of a backend whose market does not move. */
const STANDING_MARKET = {
  DATAFEED_CLOCK: "step",
  DATAFEED_START: "2026-01-05T10:30:00Z",
  MARKET_STALE_S: "600",
};

/**
 * Start the backends that the files of tests share, so each of them trades on accounts of its own.
 * A file that stops its backend, or needs other settings, starts one itself.
 */
export default async function setup(project: TestProject): Promise<() => Promise<void>> {
  const [simulated, standing] = await Promise.all([
    Backend.start(),
    Backend.start(STANDING_MARKET),
  ]);
  project.provide("simulated", { address: simulated.address, port: simulated.port });
  project.provide("standing", { address: standing.address, port: standing.port });
  return async () => {
    await Promise.all([simulated.stop(), standing.stop()]);
  };
}

/** Where a shared backend listens. */
export interface SharedBackend {
  address: string;
  port: number;
}

declare module "vitest" {
  export interface ProvidedContext {
    /** A backend whose market moves as in production. */
    simulated: SharedBackend;
    /** A backend whose market does not move. */
    standing: SharedBackend;
  }
}
