import { CommandChannel } from "./command-channel.ts";
import { NotConnectedError, SubscriptionError } from "./errors.ts";
import { bindListener, type Listener, type Subscription } from "./listener.ts";
import { Listeners } from "./listeners.ts";
import type { Message } from "./messages.ts";
import { PollingFallback } from "./polling-fallback.ts";
import { ReconnectingSocket } from "./reconnecting-socket.ts";
import { type Request, RequestQueue } from "./request-queue.ts";
import {
  type CommandReply,
  type DataOf,
  isTemporary,
  type Reply,
  type Route,
  type SubscriptionOf,
  type Update,
} from "./routes.ts";
import { SharedTopic } from "./shared-topic.ts";
import {
  hasUpdates,
  resolveSocketOptions,
  type SocketOptions,
  type SocketState,
} from "./socket-options.ts";
import { StoredTopics } from "./stored-topics.ts";
import { Synchronization } from "./synchronization.ts";
import { Timers } from "./timers.ts";
import type { PollingOptions, TopicSource } from "./topic-source.ts";
import { topicOf } from "./topics.ts";

/**
 * All subscriptions of a client over one connection. The connection is opened for the first
 * subscription. After a loss it is opened again with all topics. It is closed a while after the
 * last subscription ended.
 */
export class SocketClient {
  /** Sends commands while there is a connection. */
  readonly commands: CommandChannel;
  readonly #resumable: readonly string[];
  readonly #socket: ReconnectingSocket;
  readonly #requests: RequestQueue;
  readonly #topics = new Map<string, SharedTopic>();
  readonly #stateListeners = new Listeners<SocketState>();
  readonly #fallback: PollingFallback | null;
  readonly #stored: StoredTopics | null;
  readonly #synchronization = new Synchronization(() => this.#isSynchronized);
  readonly #timers = new Timers<"subscribe">();
  /** The number of connections in succession over which the server sent nothing. */
  #silentConnections = 0;

  constructor(options: SocketOptions) {
    const resolved = resolveSocketOptions(options);
    this.#resumable = resolved.resumable;
    this.#requests = new RequestQueue(resolved.replyTimeoutMs, (request) =>
      this.#onReplyTimeout(request),
    );
    this.#socket = new ReconnectingSocket(resolved, {
      onOpen: () => (this.#isPolling ? this.#tryConnection() : this.#subscribeAll()),
      onMessage: (message) => this.#receive(message),
      onPing: () => this.#ping(),
      onFailing: (reason) => this.#rejectFirstRequest(reason),
      onDisconnected: (reason) => this.#onDisconnected(reason),
      reconnectMsMin: () => this.#fallback?.reconnectMs ?? 0,
      isNeeded: () => this.#topics.size > 0,
    });
    const link = {
      isConnected: () => this.#isConnected,
      send: (message: object) => this.#socket.send(message),
      onTimeout: () => this.#socket.fail(NO_ANSWER),
      onIdle: () => this.#startIdleTimeout(),
    };
    const { resume, url } = resolved;
    this.#stored = resume && new StoredTopics(resume, url, () => this.#resumableTopics());
    this.commands = new CommandChannel(link, resolved.commands, resolved.replyTimeoutMs);
    this.#socket.onState(() => this.#isPolling || this.#stateListeners.call(this.state));
    const { topicSource, polling } = resolved;
    this.#fallback = topicSource && this.#createFallback(topicSource, polling);
  }

  get state(): SocketState {
    return this.#fallback?.state ?? this.#socket.state;
  }

  /** Call `listener` with every later state, until the returned function is called. */
  onState(listener: (state: SocketState) => void): () => void {
    return this.#stateListeners.add(listener);
  }

  /**
   * Send `listener` the topic's present state and then every change, over every reconnection.
   * Without a connection the topic is subscribed once there is one. Throws TypeError for a
   * subscription that no topic can represent, and NotConnectedError after `close()`.
   */
  subscribe<R extends Route>(
    route: R,
    subscription: SubscriptionOf<R>,
    listener: Listener<DataOf<R>>,
  ): Subscription {
    if (this.state.phase === "closed") throw new NotConnectedError(CLOSED);
    const shared = this.#sharedTopic(route, subscription);
    // A new object, so that one listener that is passed twice is called twice.
    const own = bindListener(listener) as Listener<DataOf<Route>>;
    const confirmed = shared.add(own);
    const wasConnected = this.#isConnected;
    this.#socket.open();
    if (wasConnected && shared.status === "unsubscribed") this.#subscribeOrResume(shared);
    return {
      topic: shared.topic,
      confirmed,
      unsubscribe: () => {
        if (shared.remove(own)) this.#releaseIfUnused(shared);
      },
    };
  }

  /**
   * Send a message and resolve to its `.response`. Nothing is queued: the promise rejects with a
   * NotConnectedError while there is no connection, and where it ends before the reply.
   */
  request(type: string, payload: { topic?: string } & object): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (!this.#isConnected) {
        reject(new NotConnectedError(`${type} was not sent: there is no connection`));
        return;
      }
      const onLost = (reason: string) =>
        reject(new NotConnectedError(`${type} was not answered: ${reason}`, true));
      const { topic = "" } = payload;
      this.#send(payload, { type, topic, shared: null, onReply: resolve, onLost });
    });
  }

  /**
   * Resolve once every subscription is confirmed on the present connection. Rejects with a
   * NotConnectedError when the client is closed.
   */
  synchronized(): Promise<void> {
    if (this.state.phase === "closed") return Promise.reject(new NotConnectedError(CLOSED));
    return this.#synchronization.wait();
  }

  /** Connect immediately instead of at the next attempt. */
  reconnectNow(): void {
    this.#socket.reconnectNow();
  }

  /** End every subscription and the connection. The client cannot be used afterwards. */
  close(): void {
    const topics = [...this.#topics.values()];
    this.#topics.clear();
    this.#fallback?.stop();
    this.#socket.close();
    for (const shared of topics) {
      shared.fail(new SubscriptionError("ended", shared.topic, CLOSED));
    }
    this.#stored?.close();
    this.#timers.stopAll();
    this.#synchronization.end(CLOSED);
  }

  /** Return whether the topics are subscribed over the socket. */
  get #isConnected(): boolean {
    return this.state.phase === "connected";
  }

  get #isPolling(): boolean {
    return this.state.phase === "polling";
  }

  get #isSynchronized(): boolean {
    const all = [...this.#topics.values()];
    return hasUpdates(this.state) && all.every(({ status }) => status === "confirmed");
  }

  // The connection

  #createFallback(source: TopicSource, polling: PollingOptions): PollingFallback {
    return new PollingFallback(source, polling, {
      topics: () => this.#topics.values(),
      onConfirmed: () => this.#synchronization.check(),
      onRejected: (shared, message) => this.#failTopic(shared, "rejected", message),
      reconnect: () => this.#socket.reconnectNow(),
      onChange: () => {
        if (!this.#isPolling) this.#resetTopics();
        this.#stateListeners.call(this.state);
      },
    });
  }

  /**
   * End the polling once the server answers over a new connection. A proxy may accept a connection
   * over which nothing arrives. The server rejects this request, and that is an answer.
   */
  #tryConnection(): void {
    const onReply = () => {
      this.#fallback?.stop();
      this.#subscribeAll();
    };
    const type = "bars.unsubscribe";
    this.#send({ symbol: "-", resolution: "1" }, { type, topic: "", shared: null, onReply });
  }

  #subscribeAll(): void {
    for (const shared of this.#topics.values()) {
      if (shared.status === "unsubscribed") this.#subscribeOrResume(shared);
    }
    this.#startIdleTimeout();
    this.#synchronization.check();
  }

  /** The server replies in order, so it closed the connection over the first pending request. */
  #rejectFirstRequest(reason: string): void {
    if (!/^1003 (Could not validate|No matching type|Could not decode)/.test(reason)) return;
    const { shared, type = "" } = this.#requests.first ?? {};
    if (!shared || this.commands.isOnTrial) return;
    // A server without `resume` sends the state to a new subscription instead.
    if (type.endsWith(".resume")) shared.resetSequence();
    else this.#failTopic(shared, "malformed", `The server refused the request: ${reason}`);
  }

  #onDisconnected(reason: string): void {
    if (!this.#isPolling) this.#resetTopics();
    this.#requests.loseAll(reason);
    this.commands.loseAll(reason);
    this.#silentConnections += 1;
    if (this.#topics.size === 0) this.#fallback?.stop();
    else this.#fallback?.onAttemptFailed(this.#silentConnections, reason);
  }

  #resetTopics(): void {
    for (const shared of this.#topics.values()) {
      shared.status = "unsubscribed";
      shared.resumedFrom = null;
    }
  }

  /** A server that does not reply counts as gone. Only a topic that it never confirmed fails. */
  #onReplyTimeout({ shared }: Request): void {
    if (shared && !shared.wasConfirmed) {
      this.#failTopic(shared, "unanswered", "The server did not answer");
    }
    this.#socket.fail(NO_ANSWER);
  }

  /** Repeat a subscription: that changes nothing, keeps the session alive and is answered. */
  #ping(): void {
    for (const { status, route, topic, subscription } of this.#topics.values()) {
      if (status !== "confirmed") continue;
      const request = { type: `${route}.subscribe`, topic, shared: null, onReply: () => {} };
      this.#send(subscription, request);
      return;
    }
  }

  #startIdleTimeout(): void {
    if (this.#topics.size === 0 && this.commands.isIdle) this.#socket.startIdleTimeout();
  }

  // Topics

  #sharedTopic<R extends Route>(route: R, subscription: SubscriptionOf<R>): SharedTopic {
    const topic = topicOf(route, subscription);
    let shared = this.#topics.get(topic);
    if (shared === undefined) {
      shared = new SharedTopic<Route>(route, topic, subscription);
      const stored = this.#stored?.take(topic);
      if (stored !== undefined) shared.restore(stored);
      this.#topics.set(topic, shared);
    }
    return shared;
  }

  /** Resume after the last update where the server can replay the missed ones, else subscribe. */
  #subscribeOrResume(shared: SharedTopic): void {
    const seq = this.#resumableSeq(shared);
    if (seq === null) this.#subscribe(shared);
    else this.#resume(shared, seq);
  }

  #resumableTopics(): SharedTopic[] {
    return [...this.#topics.values()].filter((shared) => this.#isResumable(shared));
  }

  #isResumable({ route }: SharedTopic): boolean {
    return this.#resumable.includes(route);
  }

  #resumableSeq(shared: SharedTopic): number | null {
    const { lastSeq } = shared.sequence;
    return this.#isResumable(shared) && lastSeq !== shared.resumedFrom ? lastSeq : null;
  }

  #subscribe(shared: SharedTopic): void {
    const { route, topic, subscription } = shared;
    shared.status = "subscribing";
    shared.resetSequence();
    const onReply = (reply: Reply) => {
      if (reply.status === "ok") shared.confirm("snapshot");
      else if (isTemporary(reply)) this.#subscribeLater(shared);
      else this.#failTopic(shared, "rejected", reply.message);
    };
    this.#send(subscription, { type: `${route}.subscribe`, topic, shared, onReply });
  }

  #resume(shared: SharedTopic, seq: number): void {
    const { route, topic } = shared;
    shared.status = "resuming";
    shared.resumedFrom = seq;
    shared.sequence.startReplay();
    const onReply = (reply: Reply) => {
      if (reply.status === "ok") shared.confirm("replayed");
      else if (isTemporary(reply)) this.#subscribeLater(shared);
      else this.#subscribe(shared);
    };
    this.#send({ topic, seq }, { type: `${route}.resume`, topic, shared, onReply });
  }

  /** Request a topic again after a while, because its owner does not answer now. */
  #subscribeLater(shared: SharedTopic): void {
    shared.status = "unsubscribed";
    shared.resumedFrom = null;
    this.#timers.start("subscribe", SUBSCRIBE_AGAIN_MS, () => {
      if (this.#isConnected) this.#subscribeAll();
    });
  }

  #unsubscribe({ route, topic, subscription }: SharedTopic): void {
    const request = { type: `${route}.unsubscribe`, topic, shared: null, onReply: () => {} };
    this.#send(subscription, request);
  }

  #releaseIfUnused(shared: SharedTopic): void {
    if (shared.hasListeners || this.#topics.get(shared.topic) !== shared) return;
    this.#topics.delete(shared.topic);
    this.#stored?.onChanged();
    if (this.#isConnected) this.#unsubscribe(shared);
    this.#startIdleTimeout();
    this.#synchronization.check();
  }

  #failTopic(shared: SharedTopic, code: SubscriptionError["code"], message: string): void {
    if (this.#topics.get(shared.topic) === shared) this.#topics.delete(shared.topic);
    shared.fail(new SubscriptionError(code, shared.topic, message));
    if (this.#isConnected) this.#startIdleTimeout();
    this.#synchronization.check();
  }

  // Messages

  #send(payload: object, request: Request): void {
    this.#requests.add(request);
    this.#socket.send({ type: request.type, payload });
  }

  #receive(message: Message): void {
    this.#silentConnections = 0;
    if (message.type.endsWith(".update")) this.#onUpdate(message.payload as Update);
    else if (message.type.endsWith(".response"))
      this.#onReply(message.type, message.payload as Reply | CommandReply);
  }

  #onUpdate(update: Update): void {
    const shared = this.#topics.get(update.topic);
    // Before the reply an update belongs to an earlier subscription. The state follows the reply.
    if (shared === undefined || shared.status === "subscribing") return;
    if (shared.accept(update)) {
      if (this.#isResumable(shared)) this.#stored?.onChanged();
      return;
    }
    // The server resumes and sends the state only for a topic that is not subscribed.
    const seq = this.#resumableSeq(shared);
    this.#unsubscribe(shared);
    if (seq === null) this.#subscribe(shared);
    else this.#resume(shared, seq);
  }

  #onReply(type: string, reply: Reply | CommandReply): void {
    if ("id" in reply) {
      this.commands.onReply(reply);
      return;
    }
    const request = this.#requests.takeAnswered(type);
    if (request === undefined) return;
    const { shared } = request;
    if (shared === null) {
      request.onReply(reply);
    } else if (this.#topics.get(request.topic) === shared) {
      const isOther = reply.status === "ok" && reply.topic !== request.topic;
      if (isOther) this.#failTopic(shared, "mismatched", `The server confirmed ${reply.topic}`);
      else request.onReply(reply);
      this.#synchronization.check();
    }
  }
}

const SUBSCRIBE_AGAIN_MS = 1_000;
const NO_ANSWER = "The server does not answer";
const CLOSED = "The client was closed";
