import type { Authentication, Token } from "./authentication.ts";
import { authMessage, expiryOf } from "./authentication.ts";
import { type Backoff, backoffDelayMs } from "./backoff.ts";
import { NotConnectedError, SubscriptionError } from "./errors.ts";
import { RESUMABLE } from "./generated/socket.ts";
import type { DataOf, Reply, Route, SubscriptionOf, Update } from "./routes.ts";
import { callListener, type Listener, SharedTopic, type Subscription } from "./shared-topic.ts";
import { topicOf } from "./topics.ts";

/**
 * What a screen can show. `idle`: nobody listens. `waiting`: until `retryAt` (ms), because of
 * `reason`. `closed`: by `close()`, for good.
 */
export type SocketState =
  | { phase: "idle" }
  | { phase: "connecting"; attempt: number }
  | { phase: "connected"; since: number }
  | { phase: "waiting"; attempt: number; retryAt: number; reason: string }
  | { phase: "closed" };

export interface SocketOptions {
  /** `ws://host/api/v1/ws`, or a function that is asked before each connection. */
  url: string | (() => string);
  authentication?: Authentication;
  backoff?: Backoff;
  /** Something is sent at least so often, and answered, or the connection is taken for dead. */
  pingIntervalMs?: number;
  replyTimeoutMs?: number;
  /** How long a connection stays that nobody needs. */
  idleTimeoutMs?: number;
  /** The routes that have a `resume`; those of asyncapi.json where it is left out. */
  resumable?: readonly string[];
  WebSocket?: WebSocketClass;
  random?: () => number;
}

/** What of the platform's WebSocket is used. */
export interface WebSocketLike {
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number; reason: string }) => void) | null;
  onerror: (() => void) | null;
  send(text: string): void;
  close(code?: number, reason?: string): void;
}
export type WebSocketClass = new (url: string, protocols: string[]) => WebSocketLike;

interface Request {
  type: string;
  topic: string;
  deadline: number;
  followed: SharedTopic | null;
  onReply(reply: Reply): void;
  onLost(reason: string): void;
}

/** A connection that lasted so long was a good one: the next delay is the shortest again. */
const STABLE_MS = 5_000;
/** A fresh token is asked for so long before the old one ends, or after half of what is left. */
const TOKEN_MARGIN_MS = 30_000;
const TOKEN_ASKED_MS_MIN = 1_000;
const TIMER_MS_MAX = 2 ** 31 - 1;

/**
 * One connection for everything. It is opened for the first subscription, comes back by itself
 * with all topics, and lingers a little after the last one.
 */
export class SocketClient {
  readonly #options: Required<Omit<SocketOptions, "authentication">> & {
    authentication: Authentication | null;
  };
  readonly #topics = new Map<string, SharedTopic>();
  readonly #stateListeners = new Set<(state: SocketState) => void>();
  readonly #timers = new Map<string, ReturnType<typeof setTimeout>>();
  #state: SocketState = { phase: "idle" };
  #socket: WebSocketLike | null = null;
  #requests: Request[] = [];
  #attempt = 0;

  constructor(options: SocketOptions) {
    this.#options = {
      authentication: null,
      backoff: { baseMs: 250, maxMs: 5_000 },
      pingIntervalMs: 20_000,
      replyTimeoutMs: 10_000,
      idleTimeoutMs: 10_000,
      resumable: RESUMABLE,
      WebSocket: WebSocket as unknown as WebSocketClass,
      random: Math.random,
      ...options,
    };
    if (typeof window !== "undefined") window.addEventListener("online", this.#onOnline);
  }

  get state(): SocketState {
    return this.#state;
  }

  /** Called with every change from now on, until the returned function is called. */
  onState(listener: (state: SocketState) => void): () => void {
    this.#stateListeners.add(listener);
    return () => this.#stateListeners.delete(listener);
  }

  /**
   * Tells `listener` the topic's present state, then every change, over every reconnection.
   * Without a connection the wish is kept. Throws TypeError for what no topic can hold.
   */
  subscribe<R extends Route>(
    route: R,
    subscription: SubscriptionOf<R>,
    listener: Listener<DataOf<R>>,
  ): Subscription {
    if (this.#state.phase === "closed") throw new NotConnectedError("The client was closed");
    const followed = this.#followed(route, subscription);
    // An object of our own, so that one listener given twice counts twice.
    const own = bindListener(listener) as Listener<DataOf<Route>>;
    const confirmed = followed.add(own);
    this.#stop("idle");
    if (this.#state.phase === "idle") void this.#connect();
    else if (this.#state.phase === "connected" && followed.status === "unsubscribed") {
      this.#follow(followed);
    }
    return {
      topic: followed.topic,
      confirmed,
      unsubscribe: () => {
        if (followed.remove(own)) this.#releaseIfUnused(followed);
      },
    };
  }

  /**
   * Sends a message and waits for its `.response`. Nothing is queued: rejects with a
   * NotConnectedError while there is no connection, and where it ends before the answer.
   */
  request(type: string, payload: { topic?: string } & object): Promise<Reply> {
    return new Promise((resolve, reject) => {
      if (this.#state.phase !== "connected") {
        reject(new NotConnectedError(`${type} was not sent: there is no connection`));
        return;
      }
      const onLost = (reason: string) =>
        reject(new NotConnectedError(`${type} was not answered: ${reason}`, true));
      this.#ask(type, payload.topic ?? "", payload, null, resolve, onLost);
    });
  }

  /** Doesn't wait for the next attempt. */
  reconnectNow(): void {
    if (this.#state.phase === "waiting") void this.#connect();
  }

  /** For good: every subscription ends. */
  close(): void {
    if (typeof window !== "undefined") window.removeEventListener("online", this.#onOnline);
    const topics = [...this.#topics.values()];
    this.#topics.clear();
    this.#disconnect("closed", 1000);
    this.#enter({ phase: "closed" });
    for (const followed of topics) {
      followed.fail(new SubscriptionError("ended", followed.topic, "The client was closed"));
    }
  }

  // Connecting

  async #connect(): Promise<void> {
    this.#stop("retry");
    this.#enter({ phase: "connecting", attempt: this.#attempt });
    const entered = this.#state;
    const { authentication, url, WebSocket: Socket, replyTimeoutMs } = this.#options;
    let token: Token | null = null;
    try {
      token = (await authentication?.token()) ?? null;
    } catch (error) {
      if (this.#state === entered) this.#fail(`No token: ${messageOf(error)}`);
      return;
    }
    if (this.#state !== entered) return;
    const protocols = token === null ? [] : (authentication?.protocols?.(token.value) ?? []);
    let socket: WebSocketLike;
    try {
      socket = new Socket(typeof url === "function" ? url() : url, protocols);
    } catch (error) {
      this.#fail(messageOf(error));
      return;
    }
    this.#socket = socket;
    socket.onopen = () => this.#opened(token);
    socket.onmessage = ({ data }) => this.#receive(data);
    socket.onclose = ({ code, reason }) => this.#fail(`${code} ${reason}`.trim());
    socket.onerror = () => {};
    this.#start("opening", replyTimeoutMs, () => this.#fail("The server does not answer"));
  }

  #opened(token: Token | null): void {
    this.#stop("opening");
    this.#withoutNulls(token);
    this.#enter({ phase: "connected", since: Date.now() });
    for (const followed of this.#topics.values()) {
      if (followed.status === "unsubscribed") this.#follow(followed);
    }
    this.#startIdleTimeout();
  }

  /** Shows the token to the server, and a fresh one before it ends. */
  #withoutNulls(token: Token | null): void {
    const { authentication } = this.#options;
    if (authentication === null || token === null) return;
    const byProtocol = authentication.protocols !== undefined && this.#state.phase !== "connected";
    const message = (authentication.message ?? authMessage)(token.value);
    if (!byProtocol && message !== null) this.#send(message);
    this.#scheduleTokenRefresh(token);
  }

  #scheduleTokenRefresh(token: Token): void {
    const leftMs = (expiryOf(token) ?? Number.POSITIVE_INFINITY) - Date.now();
    if (leftMs <= 0 || leftMs === Number.POSITIVE_INFINITY) return;
    const delay = Math.max(TOKEN_ASKED_MS_MIN, leftMs - Math.min(TOKEN_MARGIN_MS, leftMs / 2));
    this.#start("token", delay, () => void this.#refreshToken(token));
  }

  /** Asks again where there is none yet. The server ends the session when the token does. */
  async #refreshToken(old: Token): Promise<void> {
    const socket = this.#socket;
    const fresh = await this.#options.authentication?.token().catch(() => old);
    if (socket !== this.#socket || fresh === undefined) return;
    if (fresh.value === old.value) this.#scheduleTokenRefresh(old);
    else this.#withoutNulls(fresh);
  }

  #fail(reason: string): void {
    this.#rejectFirstRequest(reason);
    const { phase } = this.#state;
    if (phase === "connected" && Date.now() - this.#state.since >= STABLE_MS) this.#attempt = 0;
    this.#disconnect(reason);
    if (this.#topics.size === 0) {
      this.#enter({ phase: "idle" });
      return;
    }
    const delay = backoffDelayMs(this.#options.backoff, this.#attempt, this.#options.random());
    this.#attempt += 1;
    const retryAt = Date.now() + delay;
    this.#enter({ phase: "waiting", attempt: this.#attempt, retryAt, reason });
    this.#start("retry", delay, () => void this.#connect());
  }

  /** The server answers in order: what it closed over is the first request without an answer. */
  #rejectFirstRequest(reason: string): void {
    if (!/^1003 (Could not validate|No matching type|Could not decode)/.test(reason)) return;
    const { followed, type = "" } = this.#requests[0] ?? {};
    if (!followed) return;
    // A server that knows no resume tells the state instead.
    if (type.endsWith(".resume")) followed.resetSequence();
    else this.#failTopic(followed, "malformed", `The server refused the request: ${reason}`);
  }

  #disconnect(reason: string, code?: number): void {
    const socket = this.#socket;
    this.#socket = null;
    for (const name of [...this.#timers.keys()]) this.#stop(name);
    if (socket !== null) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close(code);
    }
    for (const followed of this.#topics.values()) {
      followed.status = "unsubscribed";
      followed.replayedFrom = null;
    }
    const requests = this.#requests;
    this.#requests = [];
    for (const request of requests) request.onLost(reason);
  }

  #enter(state: SocketState): void {
    this.#state = state;
    for (const listener of [...this.#stateListeners]) callListener(() => listener(state));
  }

  readonly #onOnline = (): void => this.reconnectNow();

  // Topics

  #followed<R extends Route>(route: R, subscription: SubscriptionOf<R>): SharedTopic {
    const topic = topicOf(route, subscription);
    let followed = this.#topics.get(topic);
    if (followed === undefined) {
      followed = new SharedTopic<Route>(route, topic, subscription);
      this.#topics.set(topic, followed);
    }
    return followed;
  }

  /** From where it stood if the server can tell what was missed since, else anew. */
  #follow(followed: SharedTopic): void {
    const seq = this.#resumableSeq(followed);
    if (seq === null) this.#subscribe(followed);
    else this.#resume(followed, seq);
  }

  #resumableSeq({ route, sequence, replayedFrom }: SharedTopic): number | null {
    const isResumable =
      this.#options.resumable.includes(route) && sequence.lastSeq !== replayedFrom;
    return isResumable ? sequence.lastSeq : null;
  }

  #subscribe(followed: SharedTopic): void {
    const { route, topic, subscription } = followed;
    followed.status = "subscribing";
    followed.resetSequence();
    this.#ask(`${route}.subscribe`, topic, subscription, followed, (reply) => {
      if (reply.status === "ok") followed.confirm("snapshot");
      else this.#failTopic(followed, "rejected", reply.message);
    });
  }

  #resume(followed: SharedTopic, seq: number): void {
    const { route, topic } = followed;
    followed.status = "resuming";
    followed.replayedFrom = seq;
    followed.sequence.startReplay();
    this.#ask(`${route}.resume`, topic, { topic, seq }, followed, (reply) => {
      if (reply.status === "ok") followed.confirm("replayed");
      else this.#subscribe(followed);
    });
  }

  #leave({ route, topic, subscription }: SharedTopic): void {
    this.#ask(`${route}.unsubscribe`, topic, subscription, null, () => {});
  }

  #releaseIfUnused(followed: SharedTopic): void {
    if (followed.hasListeners || this.#topics.get(followed.topic) !== followed) return;
    this.#topics.delete(followed.topic);
    if (this.#state.phase === "connected") this.#leave(followed);
    this.#startIdleTimeout();
  }

  #startIdleTimeout(): void {
    if (this.#topics.size > 0) return;
    this.#start("idle", this.#options.idleTimeoutMs, () => {
      this.#disconnect("Nobody listens", 1000);
      this.#enter({ phase: "idle" });
    });
  }

  #failTopic(followed: SharedTopic, code: SubscriptionError["code"], message: string): void {
    if (this.#topics.get(followed.topic) === followed) this.#topics.delete(followed.topic);
    followed.fail(new SubscriptionError(code, followed.topic, message));
    if (this.#state.phase === "connected") this.#startIdleTimeout();
  }

  // Messages

  #ask(
    type: string,
    topic: string,
    payload: object,
    followed: SharedTopic | null,
    onReply: (reply: Reply) => void,
    onLost: (reason: string) => void = () => {},
  ): void {
    const deadline = Date.now() + this.#options.replyTimeoutMs;
    this.#requests.push({ type, topic, deadline, followed, onReply, onLost });
    this.#send({ type, payload });
    if (this.#requests.length === 1) this.#awaitReply();
  }

  #send(message: object): void {
    this.#socket?.send(JSON.stringify(message));
    this.#start("ping", this.#options.pingIntervalMs, () => this.#ping());
  }

  #receive(text: unknown): void {
    const message = parseMessage(text);
    if (message === null) return;
    if (message.type.endsWith(".update")) this.#update(message.payload as Update);
    else if (message.type.endsWith(".response"))
      this.#reply(message.type, message.payload as Reply);
  }

  #update(update: Update): void {
    const followed = this.#topics.get(update.topic);
    // Before the answer it belongs to a subscription that was left, and the state comes anew.
    if (followed === undefined || followed.status === "subscribing") return;
    if (followed.accept(update)) return;
    // Only what is not held can be resumed, and only what is not held is told its state.
    const seq = this.#resumableSeq(followed);
    this.#leave(followed);
    if (seq === null) this.#subscribe(followed);
    else this.#resume(followed, seq);
  }

  #reply(type: string, reply: Reply): void {
    const index = this.#requests.findIndex((request) => `${request.type}.response` === type);
    const [request] = index < 0 ? [] : this.#requests.splice(index, 1);
    if (request === undefined) return;
    this.#awaitReply();
    const { followed } = request;
    if (followed === null) {
      request.onReply(reply);
    } else if (this.#topics.get(request.topic) === followed) {
      const isOther = reply.status === "ok" && reply.topic !== request.topic;
      if (isOther) this.#failTopic(followed, "mismatched", `The server confirmed ${reply.topic}`);
      else request.onReply(reply);
    }
  }

  /** A server that does not answer is taken for gone; who was never answered by it hears of it. */
  #awaitReply(): void {
    this.#stop("reply");
    const first = this.#requests[0];
    if (first === undefined) return;
    this.#start("reply", first.deadline - Date.now(), () => {
      const { followed } = first;
      if (followed && !followed.wasConfirmed) {
        this.#failTopic(followed, "unanswered", "The server did not answer");
      }
      this.#fail("The server does not answer");
    });
  }

  /** What is subscribed is subscribed again: it changes nothing, counts as life and is answered. */
  #ping(): void {
    for (const { status, route, topic, subscription } of this.#topics.values()) {
      if (status !== "confirmed") continue;
      this.#ask(`${route}.subscribe`, topic, subscription, null, () => {});
      return;
    }
  }

  #start(name: string, delayMs: number, onTime: () => void): void {
    this.#stop(name);
    const run = () => {
      this.#timers.delete(name);
      onTime();
    };
    this.#timers.set(name, setTimeout(run, Math.min(Math.max(0, delayMs), TIMER_MS_MAX)));
  }

  #stop(name: string): void {
    clearTimeout(this.#timers.get(name));
    this.#timers.delete(name);
  }
}

function bindListener<T>(listener: Listener<T>): Listener<T> {
  return {
    onData: (data) => listener.onData(data),
    ...(listener.onReconnected && { onReconnected: (how) => listener.onReconnected?.(how) }),
    ...(listener.onFailed && { onFailed: (error) => listener.onFailed?.(error) }),
  };
}

function parseMessage(text: unknown): { type: string; payload: unknown } | null {
  try {
    const message = JSON.parse(String(text));
    return typeof message?.type === "string" ? message : null;
  } catch {
    return null;
  }
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
