import { createEffect, For, onCleanup, Show } from "solid-js";
import { useApp } from "../app-store.ts";
import * as format from "../format.ts";
import { createDecimals } from "../panels/decimals.ts";
import { removeSymbol } from "./watchlists.ts";

export function Watchlist() {
  const app = useApp();
  const { market } = app;
  const subscribed = () => {
    const watched = market.watchlist?.symbols ?? [];
    return app.symbol() === "" || watched.includes(app.symbol())
      ? watched
      : [...watched, app.symbol()];
  };
  createEffect(() => onCleanup(market.subscribe(subscribed())));
  return (
    <section class="watchlist" aria-label="Watchlist">
      <header class="head">
        <h2>Watchlist</h2>
        <button
          type="button"
          class="quiet"
          aria-label="Add a symbol"
          title="Add a symbol"
          onClick={() => app.openDialog({ name: "search" })}
        >
          +
        </button>
      </header>
      <div class="scroll">
        <table class="table watch">
          <thead>
            <tr>
              <th scope="col">Symbol</th>
              <th scope="col" class="n">
                Last
              </th>
              <th scope="col" class="n">
                Change
              </th>
              <th scope="col">
                <span class="hidden">Actions</span>
              </th>
            </tr>
          </thead>
          <tbody>
            <For each={market.watchlist?.symbols ?? []}>{(symbol) => <Row symbol={symbol} />}</For>
          </tbody>
        </table>
        <Show when={market.watchlist === null}>
          <p class="empty">Loading symbols</p>
        </Show>
        <Show when={market.watchlist?.symbols.length === 0}>
          <p class="empty">
            Nothing is watched.{" "}
            <button type="button" class="link" onClick={() => app.openDialog({ name: "search" })}>
              Add a symbol
            </button>
          </p>
        </Show>
      </div>
    </section>
  );
}

function Row(props: { symbol: string }) {
  const app = useApp();
  const quote = () => app.market.quote(props.symbol);
  const decimals = createDecimals(() => props.symbol);
  const flash = () => {
    const { changes = 0, direction = 0 } = quote() ?? {};
    // The animation has two names. Changing the name restarts it without a layout in between.
    return changes === 0 ? "" : `flash-${direction > 0 ? "up" : "down"}-${changes % 2}`;
  };
  // A change that is shown as 0.00 % has no colour.
  const tone = () => {
    const chp = quote()?.chp ?? 0;
    return Math.abs(chp) < 0.005 ? "" : chp > 0 ? "up" : "down";
  };
  const select = () => {
    app.selectSymbol(props.symbol);
    app.setView("chart");
  };
  return (
    <tr classList={{ selected: app.symbol() === props.symbol }} data-symbol={props.symbol}>
      <th scope="row">
        <button
          type="button"
          class="row"
          aria-pressed={app.symbol() === props.symbol}
          onClick={select}
        >
          {props.symbol}
          <small>{quote()?.description ?? "\u00a0"}</small>
        </button>
      </th>
      <td class="n">
        <span class={`last ${flash()}`}>{format.price(quote()?.lp, decimals()) || "…"}</span>
      </td>
      <td class={`n ${tone()}`}>{quote() ? format.percent(quote()?.chp ?? 0) : ""}</td>
      <td>
        <button
          type="button"
          class="quiet remove"
          aria-label={`Remove ${props.symbol}`}
          title={`Remove ${props.symbol}`}
          onClick={() => app.market.change((all) => removeSymbol(all, props.symbol))}
        >
          ✕
        </button>
      </td>
    </tr>
  );
}
