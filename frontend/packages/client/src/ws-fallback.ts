import type { Connection, FeedName, Feeds, FeedTypes, ListenerOrFunction } from "./feeds.ts";
import { mapped } from "./feeds.ts";
import { FollowedTopic, type Subscription } from "./followed-topic.ts";
import type { DataOf, Route } from "./routes.ts";
import { topicOf } from "./topics.ts";

/** Tells data by `tell`, the present state first, until the function it returns is called. */
export type Mocker<F extends FeedName> = (
  subscription: FeedTypes[F]["subscription"],
  tell: (data: FeedTypes[F]["data"]) => void,
) => () => void;

export type Mockers = { [F in FeedName]?: Mocker<F> };

/**
 * Feeds without a backend. One that has a mocker tells what that makes, once for all listeners of
 * a topic; one that has none is confirmed, and silent.
 */
export class WsFallback implements Feeds {
  readonly connection: Connection = {
    state: { phase: "connected", since: Date.now() },
    onState: () => () => {},
  };
  readonly #mockers: Mockers;
  readonly #topics = new Map<string, { followed: FollowedTopic; stop: () => void }>();

  constructor(mockers: Mockers = {}) {
    this.#mockers = mockers;
  }

  readonly bars = this.#feed("bars", "bars");
  readonly quotes = this.#feed("quotes", "quotes");
  readonly trades = this.#feed("trades", "trades");
  readonly orderbook = this.#feed("orderbook", "orderbook");
  readonly orders = this.#feed("orders", "orders");
  readonly positions = this.#feed("positions", "positions");
  readonly executions = this.#feed("executions", "executions");
  readonly equity = this.#feed("equity", "equity");
  readonly brokerConnection = this.#feed("brokerConnection", "broker-connection");

  #feed<F extends FeedName, R extends Route>(name: F, route: R): Feeds[F] {
    type Data = FeedTypes[F]["data"];
    const follow = (
      subscription: FeedTypes[F]["subscription"],
      listener: ListenerOrFunction<Data>,
    ): Subscription => {
      const topic = topicOf(route, subscription);
      const own = mapped<DataOf<Route>, Data>(listener, (data) => data as Data);
      const { followed } = this.#topics.get(topic) ?? this.#start(name, route, topic, subscription);
      const confirmed = followed.add(own);
      return {
        topic,
        confirmed,
        unsubscribe: () => {
          if (followed.remove(own) && !followed.isFollowed) this.#stop(topic);
        },
      };
    };
    return follow as Feeds[F];
  }

  #start<F extends FeedName>(
    name: F,
    route: Route,
    topic: string,
    subscription: FeedTypes[F]["subscription"],
  ) {
    const followed = new FollowedTopic(route, topic, subscription as never);
    const started = { followed, stop: () => {} };
    this.#topics.set(topic, started);
    // As over a socket: confirmed first, then told, and neither before the caller has its handle.
    queueMicrotask(() => {
      if (this.#topics.get(topic) !== started) return;
      followed.confirm("renewed");
      const tell = (data: FeedTypes[F]["data"]) =>
        followed.take({ topic, payload: data as DataOf<Route> });
      started.stop = this.#mockers[name]?.(subscription, tell) ?? started.stop;
    });
    return started;
  }

  #stop(topic: string): void {
    const started = this.#topics.get(topic);
    this.#topics.delete(topic);
    started?.stop();
  }
}
