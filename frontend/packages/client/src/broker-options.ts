import type { CommandPolicy } from "./command-sender.ts";
import { DatafeedService } from "./datafeed-service.ts";
import type { Feeds } from "./feeds.ts";
import type { Rest } from "./rest-client.ts";

export interface BrokerOptions extends CommandPolicy {
  rest: Rest;
  feeds: Feeds;
  /** The default is the server's default account. It is known after the first answer. */
  accountId?: string;
  /** The number of order book levels on each side, from 1 to 50. */
  depth?: number;
}

/**
 * Return the options of a broker that is built on a datafeed, with those of `mock` in place of the
 * datafeed's. Throws TypeError where neither has a backend.
 */
export function resolveBrokerOptions(
  source: BrokerOptions | DatafeedService,
  mock: Partial<BrokerOptions>,
): BrokerOptions {
  if (!(source instanceof DatafeedService)) return source;
  const { feeds } = source;
  const rest = mock.rest ?? source.backend;
  if (rest === null) throw new TypeError("The datafeed has no backend, and no mock replaces it");
  return { feeds, ...mock, rest };
}
