/** Stores one text across reloads of a page. */
export interface ResumeStorage {
  read(): string | null;
  /** Replace the text. It may throw, for example where the storage is full. */
  write(text: string): void;
  remove(): void;
}

/** How subscriptions continue after a reload of the page. */
export interface ResumeOptions {
  storage: ResumeStorage;
  /**
   * Who the page trades as, such as the `sub` of the token. What another owner stored is removed.
   * So is what was stored for another address of the server.
   */
  owner?: string;
}

/** Store in `sessionStorage`, which ends with the tab. `key` separates clients of one page. */
export const sessionResumeStorage = (key = "trading-api.resume"): ResumeStorage => ({
  read: () => sessionStorage.getItem(key),
  write: (text) => sessionStorage.setItem(key, text),
  remove: () => sessionStorage.removeItem(key),
});
