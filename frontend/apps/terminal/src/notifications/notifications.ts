import { createSignal } from "solid-js";
import { createStore } from "solid-js/store";
import { adviceFor, messageOf } from "../error-messages.ts";
import { persistedSignal } from "../persisted-signal.ts";
import { ATTENTION_SIGNALS, type AttentionSignals, type Tone } from "./attention-signals.ts";

/** A notification. `advice` is what the user should do. */
export interface Notification {
  id: number;
  tone: Tone;
  title: string;
  text: string;
  advice?: string;
  action?: { label: string; run(): void };
  /** When it came, in ms UTC of the browser's clock. */
  time: number;
  /** The number of notifications with this title that came while it was on the screen. */
  count: number;
  /** Whether it stays on the screen until the user dismisses it. */
  isLasting?: boolean;
}

export type NewNotification = Omit<Notification, "id" | "time" | "count"> & {
  /** Whether the server stores it too, so that the history reads it from there. */
  isStored?: boolean;
};

const SHOWN_MAX = 4;
const SHOWN_MS = { success: 6_000, info: 8_000, error: 14_000 };
/** The number of notifications of this page that the history has; older ones are discarded. */
const LOCAL_MAX = 200;

/**
 * The notifications of the terminal: those on the screen, newest last, each of which is dismissed
 * after a while, and those of this page that the server does not store.
 */
export class Notifications {
  readonly #shown = createStore<Notification[]>([]);
  readonly #local = createSignal<readonly Notification[]>([]);
  readonly #unread = createSignal(0);
  readonly #timers = new Map<number, ReturnType<typeof setTimeout>>();
  readonly #signals: AttentionSignals;
  readonly sound = persistedSignal("notifications.sound", false);
  readonly browser = persistedSignal("notifications.browser", false);
  #made = 0;

  constructor(signals: AttentionSignals = ATTENTION_SIGNALS) {
    this.#signals = signals;
  }

  get all(): readonly Notification[] {
    return this.#shown[0];
  }
  /** The notifications of this page that the server does not store, oldest first. */
  get local(): readonly Notification[] {
    return this.#local[0]();
  }
  /** How many came since the history was last shown. */
  get unread(): number {
    return this.#unread[0]();
  }
  markRead(): void {
    this.#unread[1](0);
  }

  /** Show a notification. It replaces one with the same title and tone that is on the screen. */
  show({ isStored = false, ...notification }: NewNotification): void {
    const [shown, set] = this.#shown;
    this.#made += 1;
    const { title, tone } = notification;
    const same = shown.find((each) => each.title === title && each.tone === tone);
    const added = { ...notification, id: this.#made, time: Date.now(), count: 1 };
    if (!isStored) this.#local[1]((all) => [...all.slice(1 - LOCAL_MAX), added]);
    this.#unread[1]((count) => count + 1);
    const others = shown.filter((each) => each !== same);
    if (same !== undefined) this.#stopTimer(same.id);
    set([...others.slice(1 - SHOWN_MAX), { ...added, count: (same?.count ?? 0) + 1 }]);
    const dismiss = () => this.dismiss(added.id);
    if (!added.isLasting) this.#timers.set(added.id, setTimeout(dismiss, SHOWN_MS[tone]));
    if (this.sound[0]()) this.#signals.play(tone);
    if (this.browser[0]()) this.#signals.display(title, notification.text);
  }

  dismiss(id: number): void {
    this.#stopTimer(id);
    this.#shown[1]((all) => all.filter((notification) => notification.id !== id));
  }

  /** Show the error of a command. */
  showError(title: string, error: unknown): void {
    const advice = adviceFor(error);
    this.show({ tone: "error", title, text: messageOf(error), ...(advice && { advice }) });
  }

  /** Turn notifications of the browser on or off. Resolve to false if the browser blocks them. */
  async setBrowser(isOn: boolean): Promise<boolean> {
    const isAllowed = !isOn || (await this.#signals.requestPermission());
    this.browser[1](isOn && isAllowed);
    return isAllowed;
  }

  /** Turn the sound on or off. Turning it on plays it once. */
  setSound(isOn: boolean): void {
    this.sound[1](isOn);
    if (isOn) this.#signals.play("success");
  }

  #stopTimer(id: number): void {
    clearTimeout(this.#timers.get(id));
    this.#timers.delete(id);
  }
}
