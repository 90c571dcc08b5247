import type { FoundSymbol } from "@trading-api/client";
import { createEffect, createSignal, For, onCleanup, Show } from "solid-js";
import { useApp } from "../../app-store.ts";
import { view as texts } from "../../texts/view.ts";
import { Dialog } from "../../widgets/dialog.tsx";
import "./view.css";
import { COMPARED_MAX, ViewSettings } from "./view-settings.ts";

const DEBOUNCE_MS = 120;
const FOUND_MAX = 30;

/** Chooses the symbols with which the active chart compares its own. */
export default function CompareDialog() {
  const app = useApp();
  const store = app.charts.active();
  const settings = new ViewSettings(store);
  const [text, setText] = createSignal("");
  const [found, setFound] = createSignal<readonly FoundSymbol[] | null>(null);
  const [failure, setFailure] = createSignal("");

  createEffect(() => {
    const requested = text();
    const search = async () => {
      try {
        const result = await app.market.search(requested);
        if (requested !== text()) return;
        setFound(result.filter(({ symbol }) => symbol !== store.symbol()).slice(0, FOUND_MAX));
        setFailure("");
      } catch {
        setFailure(texts.noAnswer);
      }
    };
    const timer = setTimeout(() => void search(), requested === "" ? 0 : DEBOUNCE_MS);
    onCleanup(() => clearTimeout(timer));
  });
  const isFull = () => settings.compared().length >= COMPARED_MAX;
  const isCompared = (symbol: string) => settings.compared().includes(symbol);
  const toggle = (symbol: string) =>
    isCompared(symbol) ? settings.uncompare(symbol) : settings.compare(symbol);

  return (
    <Dialog title={texts.compareTitle} class="search" onClose={() => app.openDialog(null)}>
      <input
        type="search"
        aria-label={texts.compareSearch}
        placeholder={texts.compareSearch}
        autocomplete="off"
        spellcheck={false}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
      />
      <ul class="compare-found">
        <For each={found() ?? []}>
          {({ symbol, description }) => (
            <li>
              <button
                type="button"
                aria-pressed={isCompared(symbol)}
                disabled={isFull() && !isCompared(symbol)}
                onClick={() => toggle(symbol)}
              >
                <strong>{symbol}</strong> <span>{description}</span>
                <span aria-hidden="true">{isCompared(symbol) ? "✓" : "+"}</span>
              </button>
            </li>
          )}
        </For>
      </ul>
      <p class="muted" role="status">
        <Show when={isFull()}>{texts.comparedMax(COMPARED_MAX)}</Show>
        <Show when={failure() !== "" || found()?.length === 0}>
          {failure() || texts.nothingFound(text())}
        </Show>
      </p>
    </Dialog>
  );
}
