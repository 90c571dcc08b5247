import { createSignal, type Signal } from "solid-js";

/** Return a signal that is stored in the browser. Without storage it lasts as long as the page. */
export function persistedSignal<T>(name: string, initial: T): Signal<T> {
  const key = `trading_api.${name}`;
  const [value, setValue] = createSignal<T>(read(key, initial));
  const persist = ((next: T) => {
    const result = setValue(() => next);
    try {
      localStorage.setItem(key, JSON.stringify(next));
    } catch {
      // The terminal also works without storage.
    }
    return result;
  }) as Signal<T>[1];
  return [value, persist];
}

function read<T>(key: string, initial: T): T {
  try {
    const text = localStorage.getItem(key);
    return text === null ? initial : (JSON.parse(text) as T);
  } catch {
    return initial;
  }
}
