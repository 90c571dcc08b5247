import { createStore } from "solid-js/store";
import { adviceFor, messageOf } from "../error-messages.ts";

export type Tone = "success" | "error" | "info";

/** A notification. `advice` is what the user should do. */
export interface Notification {
  id: number;
  tone: Tone;
  title: string;
  text: string;
  advice?: string;
  action?: { label: string; run(): void };
}

const SHOWN_MAX = 4;
const SHOWN_MS = { success: 6_000, info: 8_000, error: 14_000 };

/** The notifications on the screen, newest last. Each is dismissed after a while. */
export class Notifications {
  readonly #store = createStore<Notification[]>([]);
  #made = 0;

  get all(): readonly Notification[] {
    return this.#store[0];
  }

  show(notification: Omit<Notification, "id">): void {
    const [, set] = this.#store;
    this.#made += 1;
    const id = this.#made;
    set((all) => [...all.slice(-(SHOWN_MAX - 1)), { ...notification, id }]);
    setTimeout(() => this.dismiss(id), SHOWN_MS[notification.tone]);
  }

  dismiss(id: number): void {
    this.#store[1]((all) => all.filter((notification) => notification.id !== id));
  }

  /** Show the error of a command. */
  showError(title: string, error: unknown): void {
    const advice = adviceFor(error);
    this.show({ tone: "error", title, text: messageOf(error), ...(advice && { advice }) });
  }
}
