import { createSignal, type Signal } from "solid-js";

/**
 * Return a signal that is stored in the browser. Without storage it lasts as long as the page.
 * A stored value that cannot be read, that is of another kind than the initial one, or that is not
 * valid, is replaced by the initial one. With null as the initial value every kind is accepted.
 */
export function persistedSignal<T>(
  name: string,
  initial: T,
  isValid: (value: unknown) => boolean = () => true,
): Signal<T> {
  return storedSignal(name, initial, isValid).signal;
}

/**
 * Return a persisted signal of what a user would lose if two tabs changed it: what another tab
 * stores becomes the value here too.
 */
export function sharedSignal<T>(
  name: string,
  initial: T,
  isValid: (value: unknown) => boolean = () => true,
): Signal<T> {
  const { signal, read } = storedSignal(name, initial, isValid);
  onStoredByOther(name, read);
  return signal;
}

function storedSignal<T>(
  name: string,
  initial: T,
  isValid: (value: unknown) => boolean,
): { signal: Signal<T>; read: () => void } {
  const isUsable = (value: unknown) => isSameKind(value, initial) && isValid(value);
  const stored = () => readStored(name, initial, isUsable);
  const [value, setValue] = createSignal<T>(stored());
  const persist = ((next: T | ((previous: T) => T)) => {
    const result = setValue(next as Parameters<typeof setValue>[0]);
    writeStored(name, result);
    return result;
  }) as Signal<T>[1];
  return { signal: [value, persist], read: () => setValue(stored) };
}

/**
 * Call `listener` whenever another tab stores or removes something under `name`, and when the page is
 * shown again by going back to it, because it received no events meanwhile.
 */
export function onStoredByOther(name: string, listener: () => void): void {
  // A clearing of the storage has no key.
  globalThis.addEventListener?.("storage", ({ key }) => {
    if (key === null || key === keyOf(name)) listener();
  });
  globalThis.addEventListener?.("pageshow", ({ persisted }) => {
    if (persisted) listener();
  });
}

/** Return whether a stored value has the kind of an initial one, of which null has every kind. */
export const isSameKind = (value: unknown, initial: unknown): boolean =>
  initial === null || kindOf(value) === kindOf(initial);

const kindOf = (value: unknown): string =>
  Array.isArray(value) ? "array" : value === null ? "null" : typeof value;

const keyOf = (name: string): string => `trading_api.${name}`;

/** Return what the browser stores under `name`, or `initial` if that is nothing or not valid. */
export function readStored<T>(
  name: string,
  initial: T,
  isValid: (value: unknown) => boolean = () => true,
): T {
  try {
    const text = storedText(name);
    const value = text === null ? initial : JSON.parse(text);
    return isValid(value) ? value : initial;
  } catch {
    return initial;
  }
}

/** Return what the browser stores under `name` as text, or null if that is nothing. */
export function storedText(name: string): string | null {
  try {
    return localStorage.getItem(keyOf(name));
  } catch {
    return null;
  }
}

/** Store a value under `name`; undefined removes it. Return whether the browser stores it. */
export function writeStored(name: string, value: unknown): boolean {
  try {
    if (value === undefined) localStorage.removeItem(keyOf(name));
    else localStorage.setItem(keyOf(name), JSON.stringify(value));
    return true;
  } catch {
    // The terminal also works without storage.
    return false;
  }
}

/** Return the names of what is stored under names that begin with `prefix`. */
export function storedNames(prefix: string): string[] {
  try {
    return Object.keys(localStorage)
      .filter((key) => key.startsWith(keyOf(prefix)))
      .map((key) => key.slice(keyOf("").length));
  } catch {
    return [];
  }
}
