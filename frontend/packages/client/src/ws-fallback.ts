import type { Connection, FeedName, Feeds, FeedTypes, ListenerOrFunction } from "./feeds.ts";
import { mapListener } from "./feeds.ts";
import type { Subscription } from "./listener.ts";
import type { DataOf, Route } from "./routes.ts";
import { SharedTopic } from "./shared-topic.ts";
import { topicOf } from "./topics.ts";

/**
 * A feed that calls `publish` with data, the present state first. It returns a function that stops
 * it.
 */
export type MockFeed<F extends FeedName> = (
  subscription: FeedTypes[F]["subscription"],
  publish: (data: FeedTypes[F]["data"]) => void,
) => () => void;

export type MockFeeds = { [F in FeedName]?: MockFeed<F> };

/**
 * Feeds without a backend. A mock feed runs once for all listeners of a topic. A feed without a
 * mock confirms each subscription and sends nothing.
 */
export class WsFallback implements Feeds {
  readonly connection: Connection = {
    state: { phase: "connected", since: Date.now() },
    onState: () => () => {},
    synchronized: () => Promise.resolve(),
  };
  readonly #mockFeeds: MockFeeds;
  readonly #topics = new Map<string, { shared: SharedTopic; stop: () => void }>();

  constructor(mockFeeds: MockFeeds = {}) {
    this.#mockFeeds = mockFeeds;
  }

  readonly bars = this.#feed("bars", "bars");
  readonly quotes = this.#feed("quotes", "quotes");
  readonly trades = this.#feed("trades", "trades");
  readonly orderbook = this.#feed("orderbook", "orderbook");
  readonly orders = this.#feed("orders", "orders");
  readonly positions = this.#feed("positions", "positions");
  readonly positionPL = this.#feed("positionPL", "position-pl");
  readonly executions = this.#feed("executions", "executions");
  readonly equity = this.#feed("equity", "equity");
  readonly account = this.#feed("account", "account");
  readonly notifications = this.#feed("notifications", "notifications");
  readonly alerts = this.#feed("alerts", "alerts");
  readonly replay = this.#feed("replay", "replay");
  readonly brokerConnection = this.#feed("brokerConnection", "broker-connection");

  #feed<F extends FeedName, R extends Route>(name: F, route: R): Feeds[F] {
    type Data = FeedTypes[F]["data"];
    const subscribe = (
      subscription: FeedTypes[F]["subscription"],
      listener: ListenerOrFunction<Data>,
    ): Subscription => {
      const topic = topicOf(route, subscription);
      const own = mapListener<DataOf<Route>, Data>(listener, (data) => data as Data);
      const { shared } = this.#topics.get(topic) ?? this.#start(name, route, topic, subscription);
      const confirmed = shared.add(own);
      return {
        topic,
        confirmed,
        unsubscribe: () => {
          if (shared.remove(own) && !shared.hasListeners) this.#stop(topic);
        },
      };
    };
    return subscribe as Feeds[F];
  }

  #start<F extends FeedName>(
    name: F,
    route: Route,
    topic: string,
    subscription: FeedTypes[F]["subscription"],
  ) {
    const shared = new SharedTopic(route, topic, subscription as never);
    const started = { shared, stop: () => {} };
    this.#topics.set(topic, started);
    // As over a socket, the caller gets its subscription first, then the confirmation and the data.
    queueMicrotask(() => {
      if (this.#topics.get(topic) !== started) return;
      shared.confirm("snapshot");
      const publish = (data: FeedTypes[F]["data"]) =>
        shared.accept({ topic, payload: data as DataOf<Route> });
      started.stop = this.#mockFeeds[name]?.(subscription, publish) ?? started.stop;
    });
    return started;
  }

  #stop(topic: string): void {
    const started = this.#topics.get(topic);
    this.#topics.delete(topic);
    started?.stop();
  }
}
