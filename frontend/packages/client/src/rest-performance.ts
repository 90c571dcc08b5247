import type { Client } from "openapi-fetch";
import type { paths } from "./generated/rest.ts";
import * as map from "./mappers.ts";
import type { ClosedTrade, EquityHistory, PerformanceStatistics } from "./model/performance.ts";
import { unwrap } from "./rest-commands.ts";

/** Whole UTC days, in ms UTC: that of `from` and later ones, and only those that begin before `to`. */
export interface DayRange {
  from?: number;
  to?: number;
}

/** The performance of one account over REST. */
export interface PerformanceRest {
  equity(days?: DayRange): Promise<EquityHistory>;
  statistics(days?: DayRange): Promise<PerformanceStatistics>;
  /**
   * Return closed trades, the newest first: at most `limit` (1,000), closed before the event
   * `before`. An empty page is the end.
   */
  trades(limit?: number, before?: number): Promise<ClosedTrade[]>;
}

/** Return the performance of an account. Without an id it is the default account. */
export function createPerformanceRest(
  http: Client<paths>,
  id: string | undefined,
): PerformanceRest {
  const account = id === undefined ? {} : { account_id: id };
  const ofDays = ({ from, to }: DayRange = {}) => ({
    query: {
      ...account,
      ...(from !== undefined && { from_time: from }),
      ...(to !== undefined && { to_time: to }),
    },
  });
  return {
    async equity(days) {
      const params = ofDays(days);
      return map.mapEquityHistory(
        unwrap(await http.GET("/api/v1/broker/performance/equity", { params })),
      );
    },
    async statistics(days) {
      const params = ofDays(days);
      return map.mapPerformanceStatistics(
        unwrap(await http.GET("/api/v1/broker/performance/statistics", { params })),
      );
    },
    async trades(limit = 200, before) {
      const query = { ...account, limit, ...(before !== undefined && { before }) };
      const found = await http.GET("/api/v1/broker/performance/trades", { params: { query } });
      return unwrap(found).map(map.mapClosedTrade);
    },
  };
}
