import type { ResumeOptions, ResumeStorage } from "./resume-storage.ts";
import type { SharedTopic, StoredTopic } from "./shared-topic.ts";
import { Timers } from "./timers.ts";

/** What is stored. A change of this shape, or of a topic's state, needs another version. */
interface Stored {
  version: typeof VERSION;
  owner: string;
  topics: (readonly [topic: string, stored: StoredTopic])[];
}

const VERSION = 1;
const TOPICS_MAX = 100;
const LENGTH_MAX = 256 * 1_024;
const SAVE_INTERVAL_MS = 1_000;

/**
 * The topics of the page before a reload, each with its state and its last sequence number. They
 * are stored at most once a second, and when the page is hidden.
 */
export class StoredTopics {
  readonly #storage: ResumeStorage;
  readonly #owner: string;
  readonly #topics: () => Iterable<SharedTopic>;
  readonly #timers = new Timers<"save">();
  readonly #found: Map<string, StoredTopic>;
  #isChanged = false;
  #wasEverChanged = false;

  /** `topics` returns the topics to store, and `url` is the address of the server. */
  constructor(
    { storage, owner }: ResumeOptions,
    url: string | (() => string),
    topics: () => Iterable<SharedTopic>,
  ) {
    const address = typeof url === "function" ? url() : url;
    this.#storage = storage;
    this.#owner = JSON.stringify([address, owner ?? null]);
    this.#topics = topics;
    this.#found = this.#load();
    if (typeof window !== "undefined") window.addEventListener("pagehide", this.#onHidden);
  }

  /** Remove and return what was stored of a topic before the reload. */
  take(topic: string): StoredTopic | undefined {
    const stored = this.#found.get(topic);
    this.#found.delete(topic);
    return stored;
  }

  /** Store the topics soon, because they changed. */
  onChanged(): void {
    if (this.#isChanged) return;
    this.#isChanged = this.#wasEverChanged = true;
    this.#timers.start("save", SAVE_INTERVAL_MS, () => this.#save());
  }

  /** Remove what is stored, and store nothing more. */
  close(): void {
    if (typeof window !== "undefined") window.removeEventListener("pagehide", this.#onHidden);
    this.#timers.stopAll();
    this.#found.clear();
    this.#storage.remove();
  }

  #load(): Map<string, StoredTopic> {
    try {
      const { version, owner, topics }: Stored = JSON.parse(this.#storage.read() ?? "{}");
      if (version === VERSION && owner === this.#owner) return new Map(topics);
      this.#storage.remove();
    } catch {
      // A page without access to its storage works without it.
    }
    return new Map();
  }

  /** A page that is left before it subscribed keeps what the page before it stored. */
  readonly #onHidden = (): void => {
    if (this.#wasEverChanged) this.#save();
  };

  #save(): void {
    this.#isChanged = false;
    this.#timers.stopAll();
    try {
      this.#storage.write(this.#serialize());
    } catch {
      // What is stored is older than the topics, but right: the server replays more.
    }
  }

  /** Return the text to store, without the largest topics where it would be too long. */
  #serialize(): string {
    const bySize = [...this.#topics()]
      .flatMap(({ topic, stored }) => (stored === null ? [] : [[topic, stored] as const]))
      .map((entry) => ({ entry, length: JSON.stringify(entry).length + 1 }))
      .sort((a, b) => a.length - b.length)
      .slice(0, TOPICS_MAX);
    let length = this.#owner.length + 100;
    const fitting = bySize.filter((each) => {
      length += each.length;
      return length <= LENGTH_MAX;
    });
    const topics = fitting.map(({ entry }) => entry);
    return JSON.stringify({ version: VERSION, owner: this.#owner, topics } satisfies Stored);
  }
}
