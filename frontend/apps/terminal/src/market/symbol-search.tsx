import type { DatafeedConfiguration, FoundSymbol } from "@trading-api/client";
import { createEffect, createResource, createSignal, For, on, Show } from "solid-js";
import { useApp } from "../app-store.ts";
import { search as texts } from "../texts/search.ts";
import { Choice } from "../widgets/choice.tsx";
import { Dialog } from "../widgets/dialog.tsx";
import "./symbol-search.css";
import { removeSymbol } from "./watchlists.ts";

const DEBOUNCE_MS = 120;
const PAGE = 50;

/** Finds symbols, page by page. It shows one on the chart, or adds symbols to the watchlist. */
export default function SymbolSearch(props: { adds: boolean }) {
  const app = useApp();
  const { market } = app;
  const [text, setText] = createSignal("");
  const [exchange, setExchange] = createSignal("");
  const [type, setType] = createSignal("");
  const [adds, setAdds] = createSignal(props.adds);
  const [found, setFound] = createSignal<readonly FoundSymbol[] | null>(null);
  const [hasMore, setHasMore] = createSignal(false);
  const [failure, setFailure] = createSignal("");
  const [announced, setAnnounced] = createSignal("");
  const [at, setAt] = createSignal(0);
  const [configuration] = createResource(() => market.configuration().catch(() => null));
  const listName = () => market.watchlist?.name ?? "";
  const isListed = (symbol: string) => market.watchlist?.symbols.includes(symbol) ?? false;
  /** The number of the search. The answer to an earlier one is ignored. */
  let searches = 0;
  let nextPage: Promise<void> | null = null;

  const read = async (offset: number) => {
    const number = searches;
    try {
      // One more than a page shows whether there is another one.
      const page = { offset, limit: PAGE + 1 };
      const result = await market.search(text(), exchange(), type(), page);
      if (number !== searches) return;
      setFound((before) => [...(offset > 0 ? (before ?? []) : []), ...result.slice(0, PAGE)]);
      setHasMore(result.length > PAGE);
      setFailure("");
    } catch {
      if (number === searches) setFailure(texts.failed);
    }
  };
  createEffect(
    on([text, exchange, type], ([text]) => {
      searches += 1;
      const number = searches;
      const search = async () => {
        if (number !== searches) return;
        setAt(0);
        await read(0);
      };
      setTimeout(() => void search(), text === "" ? 0 : DEBOUNCE_MS);
    }),
  );
  const readMore = () => {
    if (!hasMore()) return;
    nextPage ??= read(found()?.length ?? 0).finally(() => {
      nextPage = null;
    });
    return nextPage;
  };

  const open = (symbol: string) => {
    app.selectSymbol(symbol);
    app.setView("chart");
    app.openDialog(null);
  };
  const toggle = (symbol: string) => {
    const wasListed = isListed(symbol);
    if (wasListed) market.change((all) => removeSymbol(all, symbol));
    else market.watch(symbol);
    const text = wasListed ? texts.removed : isListed(symbol) ? texts.added : texts.isFull;
    setAnnounced(text === texts.isFull ? texts.isFull(listName()) : text(symbol, listName()));
  };
  const choose = (symbol: string) => (adds() ? toggle(symbol) : open(symbol));

  const move = async (step: number) => {
    const number = searches;
    if (at() + step >= (found()?.length ?? 0)) await readMore();
    const count = found()?.length ?? 0;
    if (number !== searches || count === 0) return;
    const isPage = Math.abs(step) > 1;
    // One step beyond an end is at the other end, and a page ends there.
    const next = isPage || hasMore() ? Math.min(Math.max(0, at() + step), count - 1) : at() + step;
    setAt((next + count) % count);
    document.getElementById(`found-${at()}`)?.scrollIntoView({ block: "nearest" });
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowDown: 1, ArrowUp: -1, PageDown: 10, PageUp: -10 }[event.key];
    if (step !== undefined) {
      event.preventDefault();
      void move(step);
    } else if (event.key === "Enter") {
      event.preventDefault();
      const symbol = found()?.[at()]?.symbol;
      if (symbol === undefined) return;
      if (event.shiftKey) toggle(symbol);
      else choose(symbol);
    }
  };
  const nothing = () =>
    text() === "" || exchange() !== "" || type() !== "" ? texts.noneOfFilter : texts.none(text());

  return (
    <Dialog
      title={adds() ? texts.addTitle : texts.title}
      class="search"
      onClose={() => app.openDialog(null)}
    >
      <input
        type="search"
        role="combobox"
        aria-label={texts.label}
        aria-expanded={(found()?.length ?? 0) > 0}
        aria-controls="found"
        aria-activedescendant={found()?.length ? `found-${at()}` : undefined}
        aria-describedby="search-keys"
        placeholder={texts.label}
        autocomplete="off"
        spellcheck={false}
        onInput={({ currentTarget }) => setText(currentTarget.value)}
        onKeyDown={onKeyDown}
      />
      <Filters
        configuration={configuration() ?? undefined}
        exchange={exchange()}
        type={type()}
        onExchange={setExchange}
        onType={setType}
      />
      <div
        id="found"
        class="found"
        role="listbox"
        aria-label={texts.results}
        onScroll={({ currentTarget }) => {
          const { scrollTop, clientHeight, scrollHeight } = currentTarget;
          if (scrollTop + clientHeight > scrollHeight - clientHeight) void readMore();
        }}
      >
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
              <small>
                {each.type} {each.exchange}
              </small>
              <small class="listed">
                <Show when={isListed(each.symbol)}>
                  <span aria-hidden="true">✓</span>
                  <span class="hidden">{texts.isListed}</span>
                </Show>
              </small>
            </div>
          )}
        </For>
      </div>
      <Show when={failure() !== "" || found()?.length === 0}>
        <p class="empty" role="status">
          {failure() || nothing()}
        </p>
      </Show>
      <footer>
        <label class="check">
          <input
            type="checkbox"
            checked={adds()}
            onChange={({ currentTarget }) => setAdds(currentTarget.checked)}
          />
          {texts.adds(listName())}
        </label>
        <Show when={hasMore()}>
          <button type="button" onClick={() => void readMore()}>
            {texts.more}
          </button>
        </Show>
        <span class="muted" role="status">
          {found() === null ? "" : texts.count(found()?.length ?? 0, !hasMore())}
        </span>
      </footer>
      <p id="search-keys" class="muted keys">
        {adds() ? texts.addKeys : texts.keys(listName())}
      </p>
      <p class="hidden" role="status">
        {announced()}
      </p>
    </Dialog>
  );
}

interface FiltersProps {
  configuration: DatafeedConfiguration | undefined;
  exchange: string;
  type: string;
  onExchange(exchange: string): void;
  onType(type: string): void;
}

function Filters(props: FiltersProps) {
  const options = (known: readonly { value: string; name: string }[] | undefined) => [
    { value: "", label: texts.all },
    ...(known ?? []).map(({ value, name }) => ({ value, label: name })),
  ];
  return (
    <>
      <Choice
        label={texts.exchange}
        class="filter"
        options={options(props.configuration?.exchanges)}
        value={props.exchange}
        onChange={props.onExchange}
      />
      <Choice
        label={texts.type}
        class="filter"
        options={options(props.configuration?.symbols_types)}
        value={props.type}
        onChange={props.onType}
      />
    </>
  );
}
