/** The browser's storage, in memory. Its methods are not enumerable, as those of a browser. */
export class MemoryStorage {
  constructor(values: Record<string, string> = {}) {
    Object.assign(this, values);
  }
  getItem(key: string): string | null {
    return (this as unknown as Record<string, string>)[key] ?? null;
  }
  setItem(key: string, value: string): void {
    (this as unknown as Record<string, string>)[key] = value;
  }
  removeItem(key: string): void {
    delete (this as unknown as Record<string, string>)[key];
  }
}

/** Let the page's storage have these values, as JSON under the terminal's names. */
export function store(values: Record<string, unknown>): MemoryStorage {
  const entries = Object.entries(values).map(([name, value]) => [
    `trading_api.${name}`,
    typeof value === "string" && value.startsWith("{broken") ? value : JSON.stringify(value),
  ]);
  const storage = new MemoryStorage(Object.fromEntries(entries));
  Object.assign(globalThis, { localStorage: storage });
  return storage;
}
