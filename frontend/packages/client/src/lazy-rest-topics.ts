import type { RestClient } from "./rest-client.ts";
import type { RestTopics } from "./rest-topics.ts";
import type { Route, SubscriptionOf } from "./routes.ts";
import type { PollingOptions, TopicReader, TopicSource } from "./topic-source.ts";

/**
 * Reads topics over REST. What reads them is loaded once the server has answered, because few
 * networks block WebSockets.
 */
export class LazyRestTopics implements TopicSource {
  readonly #rest: RestClient;
  readonly #options: PollingOptions;
  #topics: RestTopics | null = null;

  constructor(rest: RestClient, options: PollingOptions) {
    this.#rest = rest;
    this.#options = options;
  }

  async probe(): Promise<void> {
    await this.#rest.market.time();
    const { RestTopics } = await import("./rest-topics.ts");
    this.#topics ??= new RestTopics(this.#rest, this.#options);
  }

  open<R extends Route>(route: R, subscription: SubscriptionOf<R>): TopicReader | null {
    return this.#topics?.open(route, subscription) ?? null;
  }
}
