import {
  createEffect,
  createMemo,
  createSignal,
  For,
  onCleanup,
  onMount,
  Show,
  Suspense,
  untrack,
} from "solid-js";
import { useApp } from "../app-store.ts";
import { dialogPart, LoadingDialog } from "../dialogs/dialog-part.tsx";
import { persistedSignal } from "../persisted-signal.ts";
import { texts } from "../texts/texts.ts";
import "./watchlist.css";
import { rangeOf } from "./watchlist-row.tsx";
import { WatchlistTable } from "./watchlist-table.tsx";
import { COLUMNS, type Column, sortSymbols } from "./watchlists.ts";

const WatchlistDialog = dialogPart(() => import("./watchlist-dialog.tsx"));

/** A list of more symbols receives every change only of those that are drawn. */
const FAST_MAX = 100;
/** While the user scrolls, the drawn symbols are not subscribed. */
const SETTLE_MS = 150;
const SORT_MS = 1_000;

/** The chosen watchlist. Its quotes are subscribed while it is shown. */
export function Watchlist() {
  const app = useApp();
  const { market } = app;
  const [columns, setColumns] = persistedSignal<unknown>("watchlist.columns", ["last", "change"]);
  const shownColumns = createMemo(() => {
    const stored = columns();
    return COLUMNS.filter((each) => Array.isArray(stored) && stored.includes(each));
  });
  const [isShown, setIsShown] = createSignal(false);
  const [isStale, setIsStale] = createSignal(false);
  const [isEditing, setIsEditing] = createSignal(false);
  const [isBusy, setIsBusy] = createSignal(false);
  const [announced, setAnnounced] = createSignal("");
  const [sorts, setSorts] = createSignal(0);
  const [drawn, setDrawn] = createSignal<readonly string[]>([]);
  const [areRowsDue, setRowsDue] = createSignal(false);
  let element!: HTMLElement;

  onMount(() => {
    setIsShown(element.getClientRects().length > 0);
    const views = new IntersectionObserver((entries) =>
      setIsShown(entries.at(-1)?.isIntersecting ?? false),
    );
    views.observe(element);
    // The rows have a task of their own, after that in which the parts of the first screen are made.
    const timer = setTimeout(() => setRowsDue(true));
    onCleanup(() => {
      views.disconnect();
      clearTimeout(timer);
    });
  });
  onCleanup(
    app.client.socket.onState(({ phase }) =>
      setIsStale(phase !== "connected" && phase !== "polling"),
    ),
  );

  const list = () => (areRowsDue() ? market.watchlist : null);
  const symbols = createMemo(() => list()?.symbols ?? []);
  const sorted = createMemo(() => {
    sorts();
    const read = (symbol: string, column: Column) => untrack(() => readValue(symbol, column));
    return sortSymbols(symbols(), list()?.sort, read);
  });
  createEffect(() => {
    if (!isShown() || isBusy() || list()?.sort === undefined) return;
    const timer = setInterval(() => setSorts(untrack(sorts) + 1), SORT_MS);
    onCleanup(() => clearInterval(timer));
  });

  const isLarge = () => symbols().length > FAST_MAX;
  // Another order of the same symbols needs no other subscription.
  const subscribed = createMemo(() => symbols().toSorted(), [], { equals: isEqual });
  createEffect(() => {
    const [fast, slow] = isLarge() ? [[], subscribed()] : [subscribed(), []];
    if (isShown()) onCleanup(market.subscribe(fast, slow));
  });
  createEffect(() => {
    const fast = drawn();
    if (!isShown() || !isLarge()) return;
    let stop = () => {};
    const timer = setTimeout(() => {
      stop = market.subscribe(fast);
    }, SETTLE_MS);
    onCleanup(() => {
      clearTimeout(timer);
      stop();
    });
  });

  const readValue = (symbol: string, column: Column): number | undefined => {
    const quote = market.quote(symbol);
    if (quote === undefined) return undefined;
    const { lp, chp, bid, ask, volume } = quote;
    return { last: lp, change: chp, bid, ask, range: rangeOf(quote), volume }[column];
  };
  const add = () => app.openDialog({ name: "search", adds: true });
  const closeDialog = () => void setIsEditing(false);

  return (
    <section
      class="watchlist"
      classList={{ stale: isStale() }}
      aria-label={texts.watchlist.title}
      ref={element}
    >
      <header class="head">
        <h2 class="hidden">{texts.watchlist.title}</h2>
        <select
          aria-label={texts.watchlist.choose}
          onChange={({ currentTarget }) =>
            market.change((all) => ({ ...all, current: Number(currentTarget.value) }))
          }
        >
          <For each={market.watchlists?.lists ?? []}>
            {({ name }, index) => (
              <option value={index()} selected={index() === market.watchlists?.current}>
                {name}
              </option>
            )}
          </For>
        </select>
        <button
          type="button"
          class="quiet"
          aria-label={texts.watchlist.edit}
          title={texts.watchlist.edit}
          onClick={() => setIsEditing(true)}
        >
          <span aria-hidden="true">⋯</span>
        </button>
        <button
          type="button"
          class="quiet"
          aria-label={texts.watchlist.add}
          title={texts.watchlist.add}
          onClick={add}
        >
          +
        </button>
      </header>
      <Show
        when={symbols().length > 0 && list()}
        fallback={
          <p class="empty">
            <Show when={list() !== null} fallback={texts.watchlist.loading}>
              {texts.watchlist.empty}{" "}
              <button type="button" class="link" onClick={add}>
                {texts.watchlist.add}
              </button>
            </Show>
          </p>
        }
      >
        {(list) => (
          <WatchlistTable
            list={list()}
            symbols={sorted()}
            columns={shownColumns()}
            onDrawn={setDrawn}
            onBusy={setIsBusy}
            announce={setAnnounced}
          />
        )}
      </Show>
      <p class="hidden" role="status">
        {announced()}
      </p>
      <Show when={isEditing()}>
        <Suspense fallback={<LoadingDialog onClose={closeDialog} />}>
          <WatchlistDialog columns={shownColumns()} onColumns={setColumns} onClose={closeDialog} />
        </Suspense>
      </Show>
    </section>
  );
}

const isEqual = (a: readonly string[], b: readonly string[]): boolean =>
  a.length === b.length && a.every((each, index) => each === b[index]);
