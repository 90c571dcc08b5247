import type { Authentication } from "./authentication.ts";
import type { Backoff } from "./backoff.ts";
import { RESUMABLE } from "./generated/socket.ts";
import type { ResumeOptions } from "./resume-storage.ts";
import { POLLING_OPTIONS, type PollingOptions, type TopicSource } from "./topic-source.ts";

/**
 * The state of the connection. `idle`: there is no subscription. `waiting`: the connection failed
 * because of `reason`, and the next attempt is at `retryAt` (ms UTC). `polling`: WebSockets are
 * blocked, so the topics are read over REST. `closed`: `close()` was called.
 */
export type SocketState =
  | { phase: "idle" }
  | { phase: "connecting"; attempt: number }
  | { phase: "connected"; since: number }
  | { phase: "polling"; since: number; reason: string }
  | { phase: "waiting"; attempt: number; retryAt: number; reason: string }
  | { phase: "closed" };

/** Return whether updates arrive in this state. */
export const hasUpdates = ({ phase }: SocketState): boolean =>
  phase === "connected" || phase === "polling";

export interface SocketOptions {
  /** `ws://host/api/v1/ws`, or a function that is called before each connection. */
  url: string | (() => string);
  authentication?: Authentication;
  /** The delays between two attempts to connect. */
  backoff?: Backoff;
  /** The time in ms without a sent message after which the connection is pinged. */
  pingIntervalMs?: number;
  /** The time in ms within which a request is answered. After it the connection counts as dead. */
  replyTimeoutMs?: number;
  /** The time in ms after the last subscription at which the connection is closed. */
  idleTimeoutMs?: number;
  /** Whether commands are sent over the socket while it is connected. The default is true. */
  commands?: boolean;
  /**
   * The encoding of the messages, `json` by default. `msgpack` takes fewer bytes. Its
   * decoder is loaded for the first connection. A server without it is used with JSON.
   */
  encoding?: "json" | "msgpack";
  /** Reads the topics where WebSockets are blocked. Without it the client waits for a connection. */
  topicSource?: TopicSource;
  /** Where the topics that have a `resume` are stored, so that they continue after a reload. */
  resume?: ResumeOptions;
  polling?: Partial<PollingOptions>;
  /** The routes that have a `resume`. The default is those of asyncapi.json. */
  resumable?: readonly string[];
  WebSocket?: WebSocketClass;
  /** Returns a number from 0 to 1, for the jitter of the backoff. */
  random?: () => number;
}

/** The members of the platform's WebSocket that the client uses. */
export interface WebSocketLike {
  onopen: (() => void) | null;
  onmessage: ((event: { data: unknown }) => void) | null;
  onclose: ((event: { code: number; reason: string }) => void) | null;
  onerror: (() => void) | null;
  /** The subprotocol that the server selected, or empty. */
  readonly protocol?: string;
  /** 2 while the connection is closing, and 3 once it is closed. */
  readonly readyState?: number;
  binaryType?: string;
  send(data: string | Uint8Array<ArrayBuffer>): void;
  close(code?: number, reason?: string): void;
}
export type WebSocketClass = new (url: string, protocols: string[]) => WebSocketLike;

export type ResolvedSocketOptions = Required<
  Omit<SocketOptions, "authentication" | "topicSource" | "polling" | "resume">
> & {
  authentication: Authentication | null;
  topicSource: TopicSource | null;
  resume: ResumeOptions | null;
  polling: PollingOptions;
};

export function resolveSocketOptions(options: SocketOptions): ResolvedSocketOptions {
  return {
    authentication: null,
    topicSource: null,
    resume: null,
    backoff: { baseMs: 250, maxMs: 5_000 },
    pingIntervalMs: 20_000,
    replyTimeoutMs: 10_000,
    idleTimeoutMs: 10_000,
    commands: true,
    encoding: "json",
    resumable: RESUMABLE,
    WebSocket: WebSocket as unknown as WebSocketClass,
    random: Math.random,
    ...options,
    polling: { ...POLLING_OPTIONS, ...options.polling },
  };
}
