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
  const isUsable = (value: unknown) => isSameKind(value, initial) && isValid(value);
  const [value, setValue] = createSignal<T>(readStored(name, initial, isUsable));
  const persist = ((next: T | ((previous: T) => T)) => {
    const result = setValue(next as Parameters<typeof setValue>[0]);
    writeStored(name, result);
    return result;
  }) as Signal<T>[1];
  return [value, persist];
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
    const text = localStorage.getItem(keyOf(name));
    const value = text === null ? initial : JSON.parse(text);
    return isValid(value) ? value : initial;
  } catch {
    return initial;
  }
}

/** Store a value under `name`; undefined removes it. */
export function writeStored(name: string, value: unknown): void {
  try {
    if (value === undefined) localStorage.removeItem(keyOf(name));
    else localStorage.setItem(keyOf(name), JSON.stringify(value));
  } catch {
    // The terminal also works without storage.
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
