import type { Client } from "openapi-fetch";
import type { paths } from "./generated/rest.ts";
import * as map from "./mappers.ts";
import type { Replay } from "./model/market.ts";
import { unwrap } from "./rest-commands.ts";

/**
 * The controls of a market that is played: a recording, or a market under the step clock. All but
 * `state` need the scope `admin`, and reject with a 409 where the market is live.
 */
export interface ReplayRest {
  state(): Promise<Replay>;
  /** Play or pause the market, which also ends a jump, or set its speed. */
  set(change: { state?: "playing" | "paused"; speed?: number }): Promise<Replay>;
  /**
   * Move the market forward to an instant in ms, or by some ms, at least to the next tick. Every
   * tick in between is made. A long jump goes on after the response: `jumpTo` is set meanwhile.
   */
  jump(target: { to: number } | { by: number }): Promise<Replay>;
}

export function createReplayRest(http: Client<paths>): ReplayRest {
  return {
    async state() {
      return map.mapReplay(unwrap(await http.GET("/api/v1/datafeed/replay")));
    },
    async set(body) {
      return map.mapReplay(unwrap(await http.PUT("/api/v1/datafeed/replay", { body })));
    },
    async jump(target) {
      const body = "to" in target ? { to_ms: target.to } : { by_ms: target.by };
      return map.mapReplay(unwrap(await http.POST("/api/v1/datafeed/replay/jump", { body })));
    },
  };
}
