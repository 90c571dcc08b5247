import { createEffect, For, onCleanup, Show } from "solid-js";
import { useApp } from "./app-store.ts";
import * as format from "./format.ts";
import { createDecimals } from "./panels/decimals.ts";

export function Watchlist() {
  const app = useApp();
  const { market } = app;
  const followed = () => {
    const watched = market.watched() ?? [];
    return app.symbol() === "" || watched.includes(app.symbol())
      ? watched
      : [...watched, app.symbol()];
  };
  createEffect(() => onCleanup(market.follow(followed())));
  return (
    <aside class="watchlist" aria-label="Watchlist">
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
            <For each={market.watched() ?? []}>{(symbol) => <Row symbol={symbol} />}</For>
          </tbody>
        </table>
        <Show when={market.watched() === null}>
          <p class="empty">Loading symbols</p>
        </Show>
        <Show when={market.watched()?.length === 0}>
          <p class="empty">
            Nothing is watched.{" "}
            <button type="button" class="link" onClick={() => app.openDialog({ name: "search" })}>
              Add a symbol
            </button>
          </p>
        </Show>
      </div>
    </aside>
  );
}

function Row(props: { symbol: string }) {
  const app = useApp();
  const quote = () => app.market.quote(props.symbol);
  const decimals = createDecimals(() => props.symbol);
  const flash = () => {
    const { turn = 0, moved = 0 } = quote() ?? {};
    // Two names for one animation: changing it starts it again, with no layout in between.
    return turn === 0 ? "" : `flash-${moved > 0 ? "up" : "down"}-${turn % 2}`;
  };
  // What is shown as 0.00 % went nowhere.
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
          onClick={() => app.market.unwatch(props.symbol)}
        >
          ✕
        </button>
      </td>
    </tr>
  );
}
