import type { Replay, TradingClient } from "@trading-api/client";
import { type Accessor, createSignal } from "solid-js";
import type { MarketClock } from "../market-clock.ts";

/** What the time of the market does, as the server reports it. A live market has no controls. */
export class ReplayStore {
  readonly #client: TradingClient;
  readonly #clock: MarketClock;
  readonly #state = createSignal<Replay | null>(null);
  /** Null while it is not known, and for a live market. */
  readonly state: Accessor<Replay | null> = () => {
    const state = this.#state[0]();
    return state === null || state.state === "live" ? null : state;
  };

  constructor(client: TradingClient, clock: MarketClock) {
    this.#client = client;
    this.#clock = clock;
    // An older server has no such feed.
    client.feeds.replay({}, { onData: (state) => this.#show(state), onFailed: () => {} });
  }

  /** Whether the user can play, pause and move the market. */
  get isControllable(): boolean {
    return this.state()?.controllable ?? false;
  }

  /** Read the state again, which a market that is played sends at changes only. */
  async read(): Promise<void> {
    this.#show(await this.#client.rest.replay.state());
  }

  /** Play a market that is paused, and pause one that is played or that jumps. */
  async toggle(): Promise<void> {
    const state = this.state();
    if (state === null || state.state === "ended") return;
    const isMoving = state.state === "playing" || state.jumpTo !== undefined;
    await this.#change(() =>
      this.#client.rest.replay.set({ state: isMoving ? "paused" : "playing" }),
    );
  }

  async setSpeed(speed: number): Promise<void> {
    await this.#change(() => this.#client.rest.replay.set({ speed }));
  }

  /** Move the market forward by a time in ms, at least to the next tick. */
  async step(by: number): Promise<void> {
    await this.#change(() => this.#client.rest.replay.jump({ by }));
  }

  /** Move the market forward to an instant in ms. */
  async jump(to: number): Promise<void> {
    await this.#change(() => this.#client.rest.replay.jump({ to }));
  }

  async #change(send: () => Promise<Replay>): Promise<void> {
    this.#show(await send());
  }

  #show(replay: Replay): void {
    this.#clock.add(replay.now, performance.now(), speedOf(replay));
    this.#state[1](replay);
  }
}

/** Return the speed of a market's time. A jump reports how far it is. */
function speedOf({ state, speed, jumpTo }: Replay): number {
  const isMoved = jumpTo !== undefined || state === "paused" || state === "ended";
  return isMoved ? 0 : speed;
}
