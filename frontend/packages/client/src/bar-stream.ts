import type { Feeds } from "./feeds.ts";
import type { Subscription } from "./followed-topic.ts";
import type { Bar } from "./model/market.ts";
import type { MarketRest } from "./rest-client.ts";
import { retrying } from "./retry.ts";

export interface BarStreamParts {
  rest: MarketRest;
  feeds: Feeds;
  symbol: string;
  resolution: string;
  /** The last bar that the chart has; null where it has none. */
  last: Bar | null;
  tell(bar: Bar): void;
  /** What is missing cannot be had: the chart should load its history again. */
  onBroken(): void;
}

/** After every bar there is, in seconds. */
const FAR_S = 4_102_444_800;
/** Meanwhile the chart stands still. */
const ATTEMPTS_MAX = 5;

/**
 * A chart's live bars: each as new as the one before it or newer, and none left out. Whenever the
 * feed begins or begins anew, what closed since the last bar told is read from history first.
 */
export class BarStream {
  readonly #parts: BarStreamParts;
  readonly #subscription: Subscription;
  #last: Bar | null;
  #held: Bar[] | null = [];
  #catchingUp: object | null = null;

  constructor(parts: BarStreamParts) {
    this.#parts = parts;
    this.#last = parts.last;
    const { symbol, resolution } = parts;
    this.#subscription = parts.feeds.bars(
      { symbol, resolution },
      {
        onData: (bar) => (this.#held ? this.#held.push(bar) : this.#tell(bar)),
        onContinued: (how) => {
          if (how === "renewed") void this.#catchUp();
        },
        onFailed: () => parts.onBroken(),
      },
    );
    this.#subscription.confirmed.then(
      () => this.#catchUp(),
      () => {},
    );
  }

  stop(): void {
    this.#catchingUp = null;
    this.#subscription.unsubscribe();
  }

  async #catchUp(): Promise<void> {
    const turn = {};
    this.#catchingUp = turn;
    const last = this.#last;
    this.#held ??= [];
    let missed: Bar[] | undefined = [];
    if (last !== null) {
      const { rest, symbol, resolution } = this.#parts;
      const from = Math.floor(last.time / 1_000);
      const read = () => rest.history(symbol, resolution, { from, to: FAR_S });
      try {
        missed = (await retrying(read, () => this.#catchingUp === turn, ATTEMPTS_MAX))?.bars;
      } catch {
        if (this.#catchingUp === turn) this.#parts.onBroken();
      }
    }
    if (this.#catchingUp !== turn) return;
    const held = this.#held ?? [];
    this.#held = null;
    for (const bar of merged([...(missed ?? []), ...held])) {
      // The older of two tellings of one bar has less of its volume.
      const isStale = bar.time === this.#last?.time && bar.volume < this.#last.volume;
      if (!isStale) this.#tell(bar);
    }
  }

  #tell(bar: Bar): void {
    if (this.#last !== null && (bar.time < this.#last.time || isSame(bar, this.#last))) return;
    this.#last = bar;
    this.#parts.tell(bar);
  }
}

/** One of each time, ascending: the one with the most volume, of equals the last. */
function merged(bars: Bar[]): Bar[] {
  const byTime = new Map<number, Bar>();
  for (const bar of bars) {
    const other = byTime.get(bar.time);
    if (other === undefined || bar.volume >= other.volume) byTime.set(bar.time, bar);
  }
  return [...byTime.values()].sort((a, b) => a.time - b.time);
}

const isSame = (a: Bar, b: Bar): boolean =>
  a.time === b.time &&
  a.open === b.open &&
  a.high === b.high &&
  a.low === b.low &&
  a.close === b.close &&
  a.volume === b.volume;
