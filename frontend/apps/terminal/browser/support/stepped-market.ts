import { Backend } from "./backend.ts";

/** A backend whose market moves when the test advances its clock. */
export class SteppedMarket {
  readonly backend: Backend;

  private constructor(backend: Backend) {
    this.backend = backend;
  }

  /** Start a backend. `program` has the arguments of Python, where it is not the usual server. */
  static async start(program?: string[]): Promise<SteppedMarket> {
    const settings = {
      DATAFEED_CLOCK: "step",
      DATAFEED_START: "2026-01-05T10:30:00Z",
      MARKET_STALE_S: "600",
    };
    return new SteppedMarket(await Backend.start(settings, program));
  }

  get address(): string {
    return this.backend.address;
  }

  stop(): Promise<void> {
    return this.backend.stop();
  }

  /** Return the time of the market in ms UTC. */
  async now(): Promise<number> {
    return (await (await fetch(`${this.address}/api/v1/datafeed/time`)).json()) * 1_000;
  }

  async advance(seconds: number): Promise<void> {
    const response = await fetch(`${this.address}/api/v1/datafeed/clock/advance`, {
      method: "POST",
      headers: { "Content-Type": "application/json" },
      body: JSON.stringify({ by_ms: seconds * 1_000 }),
    });
    if (!response.ok) throw new Error(await response.text());
  }

  /** Advance until `holds` returns true, for at most an hour. */
  async advanceUntil(holds: () => Promise<boolean>, step = 20): Promise<void> {
    for (let seconds = 0; seconds < 3_600; seconds += step) {
      if (await holds()) return;
      await this.advance(step);
    }
    throw new Error("The condition never held");
  }
}
