import { authMessage, expiryOf, type Token } from "./authentication.ts";
import { backoffDelayMs } from "./backoff.ts";
import { Listeners } from "./listeners.ts";
import { type Codec, JSON_CODEC, type Message } from "./messages.ts";
import type { ResolvedSocketOptions, SocketState, WebSocketLike } from "./socket-options.ts";
import { Timers } from "./timers.ts";

/** The callbacks of a ReconnectingSocket. */
export interface SocketHandler {
  /** Called when a connection is open and authenticated. */
  onOpen(): void;
  onMessage(message: Message): void;
  /** Called when nothing was sent for the ping interval. */
  onPing(): void;
  /** Called when a connection fails, before `onDisconnected`. */
  onFailing(reason: string): void;
  /** Called when a connection or an attempt to connect ended, whichever side ended it. */
  onDisconnected(reason: string): void;
  /** Return the shortest delay in ms before the next attempt. */
  reconnectMsMin(): number;
  /** Return whether a connection is needed. A lost one is only replaced if it is. */
  isNeeded(): boolean;
}

/** A connection that lasted this long resets the backoff to its shortest delay. */
const STABLE_MS = 5_000;
/** A token is refreshed this long before it expires, or after half of its remaining time. */
const TOKEN_MARGIN_MS = 30_000;
const TOKEN_REFRESH_MS_MIN = 1_000;
/** The subprotocols that select an encoding. */
const MSGPACK = "trading-api.msgpack.v1";
const JSON_PROTOCOL = "trading-api";

/** The `readyState` of an open WebSocket. */
const OPEN = 1;

/**
 * A WebSocket that authenticates itself and replaces a lost connection by a new one, with
 * exponential backoff and jitter. It refreshes the token before it expires.
 */
export class ReconnectingSocket {
  readonly #options: ResolvedSocketOptions;
  readonly #handler: SocketHandler;
  readonly #stateListeners = new Listeners<SocketState>();
  readonly #timers = new Timers<"retry" | "opening" | "token" | "idle" | "ping">();
  #state: SocketState = { phase: "idle" };
  #socket: WebSocketLike | null = null;
  #codec: Codec = JSON_CODEC;
  #attempt = 0;
  /** When the connection opened, in ms of the monotonic clock. */
  #openedAt = 0;

  constructor(options: ResolvedSocketOptions, handler: SocketHandler) {
    this.#options = options;
    this.#handler = handler;
    if (typeof window !== "undefined") window.addEventListener("online", this.#onOnline);
  }

  get state(): SocketState {
    return this.#state;
  }

  /** Call `listener` with every later state, until the returned function is called. */
  onState(listener: (state: SocketState) => void): () => void {
    return this.#stateListeners.add(listener);
  }

  /** Connect, if there is no connection and no attempt. Cancels a pending idle timeout. */
  open(): void {
    this.#timers.stop("idle");
    if (this.#state.phase === "idle") void this.#connect();
  }

  /** Connect immediately instead of at the next attempt. */
  reconnectNow(): void {
    if (this.#state.phase === "waiting") void this.#connect();
  }

  /** Send a message. It is discarded while there is no connection, or while that is closing. */
  send(message: object): void {
    // A browser reports a message on a closing connection as an error in its console.
    if ((this.#socket?.readyState ?? OPEN) > OPEN) return;
    this.#socket?.send(this.#codec.encode(message));
    this.#timers.start("ping", this.#options.pingIntervalMs, () => this.#handler.onPing());
  }

  /** Close the connection after the idle timeout, unless `open` is called before. */
  startIdleTimeout(): void {
    this.#timers.start("idle", this.#options.idleTimeoutMs, () => {
      this.#disconnect("No subscription is left", 1000);
      this.#enter({ phase: "idle" });
    });
  }

  /** End the connection as failed. A new one follows if the handler needs it. */
  fail(reason: string): void {
    this.#handler.onFailing(reason);
    const { phase } = this.#state;
    const lastedMs = performance.now() - this.#openedAt;
    if (phase === "connected" && lastedMs >= STABLE_MS) this.#attempt = 0;
    this.#disconnect(reason);
    if (!this.#handler.isNeeded()) {
      this.#enter({ phase: "idle" });
      return;
    }
    const backoff = backoffDelayMs(this.#options.backoff, this.#attempt, this.#options.random());
    const delay = Math.max(backoff, this.#handler.reconnectMsMin());
    this.#attempt += 1;
    const retryAt = Date.now() + delay;
    this.#enter({ phase: "waiting", attempt: this.#attempt, retryAt, reason });
    this.#timers.start("retry", delay, () => void this.#connect());
  }

  /** Close the connection. No other one follows. */
  close(): void {
    if (typeof window !== "undefined") window.removeEventListener("online", this.#onOnline);
    this.#disconnect("closed", 1000);
    this.#enter({ phase: "closed" });
  }

  async #connect(): Promise<void> {
    this.#timers.stop("retry");
    this.#enter({ phase: "connecting", attempt: this.#attempt });
    const entered = this.#state;
    const { authentication, url, WebSocket: Socket, replyTimeoutMs } = this.#options;
    let token: Token | null = null;
    let msgpack: Codec | null = null;
    try {
      token = (await authentication?.token()) ?? null;
    } catch (error) {
      if (this.#state === entered) this.fail(`No token: ${messageOf(error)}`);
      return;
    }
    try {
      msgpack = await this.#loadMsgpack();
    } catch (error) {
      if (this.#state === entered) this.fail(`No decoder: ${messageOf(error)}`);
      return;
    }
    if (this.#state !== entered) return;
    const own = token === null ? [] : (authentication?.protocols?.(token.value) ?? []);
    const protocols = msgpack === null ? own : [...new Set([MSGPACK, JSON_PROTOCOL, ...own])];
    let socket: WebSocketLike;
    try {
      socket = new Socket(typeof url === "function" ? url() : url, protocols);
    } catch (error) {
      this.fail(messageOf(error));
      return;
    }
    this.#socket = socket;
    socket.binaryType = "arraybuffer";
    socket.onopen = () => {
      // A server that does not know the encoding selects the other one.
      this.#codec = msgpack !== null && socket.protocol === MSGPACK ? msgpack : JSON_CODEC;
      this.#opened(token);
    };
    socket.onmessage = ({ data }) => {
      const message = this.#codec.decode(data);
      if (message !== null) this.#handler.onMessage(message);
    };
    socket.onclose = ({ code, reason }) => this.fail(`${code} ${reason}`.trim());
    socket.onerror = () => {};
    this.#timers.start("opening", replyTimeoutMs, () => this.fail("The server does not answer"));
  }

  /** Return a new codec for the next connection, or null where JSON is used. */
  async #loadMsgpack(): Promise<Codec | null> {
    if (this.#options.encoding === "json") return null;
    const { MsgpackCodec } = await import("./msgpack-codec.ts");
    return new MsgpackCodec();
  }

  #opened(token: Token | null): void {
    this.#timers.stop("opening");
    this.#authenticate(token);
    this.#openedAt = performance.now();
    this.#enter({ phase: "connected", since: Date.now() });
    this.#handler.onOpen();
  }

  /** Send the token, unless a subprotocol carried it, and schedule its refresh. */
  #authenticate(token: Token | null): void {
    const { authentication } = this.#options;
    if (authentication === null || token === null) return;
    const byProtocol = authentication.protocols !== undefined && this.#state.phase !== "connected";
    const message = (authentication.message ?? authMessage)(token.value);
    if (!byProtocol && message !== null) this.send(message);
    this.#scheduleTokenRefresh(token);
  }

  #scheduleTokenRefresh(token: Token): void {
    const leftMs = (expiryOf(token) ?? Number.POSITIVE_INFINITY) - Date.now();
    if (leftMs <= 0 || leftMs === Number.POSITIVE_INFINITY) return;
    const delay = Math.max(TOKEN_REFRESH_MS_MIN, leftMs - Math.min(TOKEN_MARGIN_MS, leftMs / 2));
    this.#timers.start("token", delay, () => void this.#refreshToken(token));
  }

  /** Request a token again, until there is a fresh one. The server closes an expired session. */
  async #refreshToken(old: Token): Promise<void> {
    const socket = this.#socket;
    const fresh = await this.#options.authentication?.token().catch(() => old);
    if (socket !== this.#socket || fresh === undefined) return;
    if (fresh.value === old.value) this.#scheduleTokenRefresh(old);
    else this.#authenticate(fresh);
  }

  #disconnect(reason: string, code?: number): void {
    const socket = this.#socket;
    this.#socket = null;
    this.#timers.stopAll();
    if (socket !== null) {
      socket.onopen = socket.onmessage = socket.onclose = null;
      socket.close(code);
    }
    this.#handler.onDisconnected(reason);
  }

  #enter(state: SocketState): void {
    this.#state = state;
    this.#stateListeners.call(state);
  }

  readonly #onOnline = (): void => this.reconnectNow();
}

const messageOf = (error: unknown): string =>
  error instanceof Error ? error.message : String(error);
