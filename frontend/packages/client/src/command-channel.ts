import { NotConnectedError } from "./errors.ts";
import { mapCommandError } from "./mappers.ts";
import type { CommandReply, CommandResult, CommandType } from "./routes.ts";
import { Timers } from "./timers.ts";

/** What a CommandChannel needs of the connection that it sends over. */
export interface CommandLink {
  isConnected(): boolean;
  send(message: object): void;
  /** Called when a command was not answered in time, so that the connection counts as dead. */
  onTimeout(): void;
  /** Called when no command is left. */
  onIdle(): void;
}

interface PendingCommand {
  message: { type: string; payload: object };
  resolve(results: object): void;
  reject(error: Error): void;
  deadline: number;
}

/** The server answers more commands of a connection with an error. */
const IN_FLIGHT_MAX = 64;
/** The server closes a connection that sends more than 200 messages a second over 10 s. */
const SENT_PER_S = 150;
const BURST = 1_000;
const UNKNOWN_TYPE = /^1003 No matching type/;

/**
 * Sends commands over a connection and matches each reply to its command by `id`. Many commands
 * can be in flight, and they are sent in the order of the calls.
 */
export class CommandChannel {
  readonly #link: CommandLink;
  readonly #isEnabled: boolean;
  readonly #timeoutMs: number;
  readonly #timers = new Timers<"reply" | "rate">();
  readonly #sent = new Map<number, PendingCommand>();
  #waiting: [id: number, command: PendingCommand][] = [];
  #lastId = 0;
  #budget = BURST;
  #budgetAt = performance.now();
  /** Whether the server takes commands over the socket; null until it has answered one. */
  #isSupported: boolean | null = null;

  constructor(link: CommandLink, isEnabled: boolean, timeoutMs: number) {
    this.#link = link;
    this.#isEnabled = isEnabled;
    this.#timeoutMs = timeoutMs;
  }

  /** Return whether a command can be sent now. */
  get isOpen(): boolean {
    return this.#isEnabled && this.#isSupported !== false && this.#link.isConnected();
  }

  get isIdle(): boolean {
    return this.#sent.size + this.#waiting.length === 0;
  }

  /** Return whether the server may close the connection because it does not know a command. */
  get isOnTrial(): boolean {
    return this.#isSupported === null && this.#sent.size > 0;
  }

  /**
   * Send a command and resolve to its results. Rejects with an ApiError for an error reply, and with
   * a NotConnectedError without a connection or where it ends before the reply.
   */
  send<T extends CommandType>(type: T, payload: object): Promise<CommandResult<T>> {
    if (!this.isOpen) {
      return Promise.reject(new NotConnectedError(`${type} was not sent: there is no connection`));
    }
    this.#lastId += 1;
    const id = this.#lastId;
    const { promise, resolve, reject } = Promise.withResolvers<CommandResult<T>>();
    const message = { type, payload: { id, ...payload } };
    const command = { message, resolve: resolve as PendingCommand["resolve"], reject, deadline: 0 };
    this.#waiting.push([id, command]);
    this.#sendWaiting();
    return promise;
  }

  /** Settle the command that `reply` answers. Return whether there is one. */
  onReply(reply: CommandReply): boolean {
    const id = Number(reply.id);
    const command = this.#sent.get(id);
    if (command === undefined) return false;
    this.#sent.delete(id);
    this.#isSupported = true;
    if (reply.status === "ok") command.resolve(reply);
    else command.reject(mapCommandError(command.message.type, reply));
    this.#sendWaiting();
    this.#startTimeout();
    if (this.isIdle) this.#link.onIdle();
    return true;
  }

  /** Reject all commands, because the connection ended for `reason`. */
  loseAll(reason: string): void {
    this.#timers.stopAll();
    if (this.isOnTrial && UNKNOWN_TYPE.test(reason)) this.#isSupported = false;
    const [sent, waiting] = [[...this.#sent.values()], this.#waiting];
    this.#sent.clear();
    this.#waiting = [];
    // A connection has its own budget.
    this.#budget = BURST;
    for (const { message, reject } of sent) {
      reject(new NotConnectedError(`${message.type} was not answered: ${reason}`, true));
    }
    for (const [, { message, reject }] of waiting) {
      reject(new NotConnectedError(`${message.type} was not sent: ${reason}`));
    }
  }

  #sendWaiting(): void {
    while (this.#sent.size < IN_FLIGHT_MAX && this.#takeBudget()) {
      const next = this.#waiting.shift();
      if (next === undefined) return;
      const [id, command] = next;
      command.deadline = performance.now() + this.#timeoutMs;
      this.#sent.set(id, command);
      this.#budget -= 1;
      this.#link.send(command.message);
      if (this.#sent.size === 1) this.#startTimeout();
    }
  }

  /** Return whether a message may be sent now. Otherwise the waiting ones are sent later. */
  #takeBudget(): boolean {
    const now = performance.now();
    const refilled = this.#budget + ((now - this.#budgetAt) / 1_000) * SENT_PER_S;
    this.#budget = Math.min(BURST, refilled);
    this.#budgetAt = now;
    if (this.#budget >= 1 || this.#waiting.length === 0) return true;
    this.#timers.start("rate", 1_000 / SENT_PER_S, () => this.#sendWaiting());
    return false;
  }

  /** Start the timeout of the command that was sent first. */
  #startTimeout(): void {
    this.#timers.stop("reply");
    const [first] = this.#sent.values();
    if (first === undefined) return;
    const leftMs = first.deadline - performance.now();
    this.#timers.start("reply", leftMs, () => this.#link.onTimeout());
  }
}
