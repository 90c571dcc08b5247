import type { FoundSymbol } from "@trading-api/client";
import { createEffect, createSignal, For, Show } from "solid-js";
import { useApp } from "../app-store.ts";
import { Dialog } from "../widgets/dialog.tsx";

const DEBOUNCE_MS = 120;

export function SymbolSearch() {
  const app = useApp();
  const [text, setText] = createSignal("");
  const [found, setFound] = createSignal<FoundSymbol[] | null>(null);
  const [failure, setFailure] = createSignal("");
  const [at, setAt] = createSignal(0);

  createEffect(() => {
    const requested = text();
    setTimeout(
      async () => {
        if (requested !== text()) return;
        try {
          const result = await app.market.search(requested);
          if (requested !== text()) return;
          setFound(result);
          setFailure("");
          setAt(0);
        } catch {
          setFailure("The server does not answer. Type again once the badge says Live.");
        }
      },
      requested === "" ? 0 : DEBOUNCE_MS,
    );
  });

  const choose = (symbol: string) => {
    app.selectSymbol(symbol);
    app.market.watch(symbol);
    app.setView("chart");
    app.openDialog(null);
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const count = found()?.length ?? 0;
    const step = { ArrowDown: 1, ArrowUp: -1 }[event.key];
    if (step !== undefined && count > 0) {
      event.preventDefault();
      setAt((at() + step + count) % count);
      document.getElementById(`found-${at()}`)?.scrollIntoView({ block: "nearest" });
    } else if (event.key === "Enter") {
      event.preventDefault();
      const symbol = found()?.[at()]?.symbol;
      if (symbol !== undefined) choose(symbol);
    }
  };

  return (
    <Dialog title="Find a symbol" class="search" onClose={() => app.openDialog(null)}>
      <input
        type="search"
        role="combobox"
        aria-label="Symbol or name"
        aria-expanded={(found()?.length ?? 0) > 0}
        aria-controls="found"
        aria-activedescendant={found()?.length ? `found-${at()}` : undefined}
        placeholder="Symbol or name"
        autocomplete="off"
        spellcheck={false}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <div id="found" class="found" role="listbox" aria-label="Symbols">
        <For each={found() ?? []}>
          {(each, index) => (
            // biome-ignore lint/a11y/useFocusableInteractive: the combobox keeps the focus
            // biome-ignore lint/a11y/useKeyWithClickEvents: and its arrow keys choose
            <div
              id={`found-${index()}`}
              role="option"
              aria-selected={index() === at()}
              onClick={() => choose(each.symbol)}
              onPointerMove={() => setAt(index())}
            >
              <strong>{each.symbol}</strong>
              <span>{each.description}</span>
              <small>{each.exchange}</small>
            </div>
          )}
        </For>
      </div>
      <Show when={failure() !== "" || found()?.length === 0}>
        <p class="empty" role="status">
          {failure() || `No symbol matches “${text()}”. Try a part of its name.`}
        </p>
      </Show>
    </Dialog>
  );
}
