import { type Accessor, Show } from "solid-js";
import { useApp } from "../app-store.ts";
import * as format from "../format.ts";
import { createDecimals } from "../panels/decimals.ts";
import { texts } from "../texts/texts.ts";
import type { ShownQuote } from "./quotes.ts";
import type { Column } from "./watchlists.ts";

export interface WatchlistRowProps {
  symbol: string;
  /** The number of the row in the whole list, from 1. */
  number: number;
  columns: readonly Column[];
  isTabStop: boolean;
  canMove: boolean;
  /** Whether the row is dragged, or where the dragged one would be dropped. */
  drag: "dragged" | "before" | "after" | undefined;
  onGrip(event: PointerEvent): void;
  onFocus(): void;
  onRemove(): void;
}

export function WatchlistRow(props: WatchlistRowProps) {
  const app = useApp();
  const quote = () => app.market.quote(props.symbol);
  const isUnknown = () => app.market.isUnknown(props.symbol);
  const decimals = createDecimals(() => props.symbol);
  const isSelected = () => app.symbol() === props.symbol;
  const select = () => {
    app.selectSymbol(props.symbol);
    app.setView("chart");
  };
  return (
    <tr
      class={props.drag}
      classList={{ selected: isSelected() }}
      data-symbol={props.symbol}
      aria-rowindex={props.number + 1}
    >
      <th scope="row">
        <span
          class="grip"
          classList={{ none: !props.canMove }}
          title={texts.watchlist.drag}
          aria-hidden="true"
          onPointerDown={(event) => {
            event.preventDefault();
            props.onGrip(event);
          }}
        >
          ⠿
        </span>
        <button
          type="button"
          class="row"
          aria-pressed={isSelected()}
          aria-keyshortcuts="Alt+ArrowUp Alt+ArrowDown Delete"
          tabindex={props.isTabStop ? 0 : -1}
          onFocus={() => props.onFocus()}
          onPointerDown={(event) => {
            if (event.pointerType === "mouse" && event.button === 0) props.onGrip(event);
          }}
          onClick={select}
        >
          {props.symbol}
          <small classList={{ warning: isUnknown() }}>
            {isUnknown() ? texts.watchlist.unknown : (quote()?.description ?? "\u00a0")}
          </small>
        </button>
      </th>
      <Cells columns={props.columns} quote={quote} decimals={decimals} isUnknown={isUnknown()} />
      <td>
        <button
          type="button"
          class="quiet remove"
          tabindex={props.isTabStop ? 0 : -1}
          aria-label={texts.watchlist.remove(props.symbol)}
          title={texts.watchlist.remove(props.symbol)}
          onClick={() => props.onRemove()}
        >
          ✕
        </button>
      </td>
    </tr>
  );
}

/** The classes of a price that rose or fell. They are no animations, whose each frame would be drawn. */
const FLASHES = { [-1]: "flash-down", 0: "", 1: "flash-up" };

interface CellsProps {
  columns: readonly Column[];
  quote: Accessor<ShownQuote | undefined>;
  decimals: Accessor<number>;
  isUnknown: boolean;
}

function Cells(props: CellsProps) {
  const has = (column: Column) => props.columns.includes(column);
  const price = (value: number | undefined) => format.price(value, props.decimals());
  const flash = () => FLASHES[props.quote()?.flash ?? 0];
  // A change that is shown as 0.00 % has no colour.
  const tone = () => {
    const chp = props.quote()?.chp ?? 0;
    return Math.abs(chp) < 0.005 ? "" : chp > 0 ? "up" : "down";
  };
  return (
    <>
      <Show when={has("last")}>
        <td class="n">
          <span class={`last ${flash()}`}>
            {price(props.quote()?.lp) || (props.isUnknown ? "–" : "…")}
          </span>
        </td>
      </Show>
      <Show when={has("change")}>
        <td class={`n ${tone()}`}>
          {props.quote() ? format.percent(props.quote()?.chp ?? 0) : ""}
        </td>
      </Show>
      <Show when={has("bid")}>
        <td class="n">{price(props.quote()?.bid)}</td>
      </Show>
      <Show when={has("ask")}>
        <td class="n">{price(props.quote()?.ask)}</td>
      </Show>
      <Show when={has("range")}>
        <td class="n range">
          <Show when={rangeOf(props.quote()) !== undefined}>
            <span class="range-bar" aria-hidden="true">
              <i style={{ left: `${(rangeOf(props.quote()) ?? 0) * 100}%` }} />
            </span>
            <small>
              {texts.watchlist.range(
                price(props.quote()?.low_price),
                price(props.quote()?.high_price),
              )}
            </small>
          </Show>
        </td>
      </Show>
      <Show when={has("volume")}>
        <td class="n">{props.quote() ? format.volume(props.quote()?.volume ?? 0) : ""}</td>
      </Show>
    </>
  );
}

/** Return where the last price is in the range of the day, from 0 to 1. */
export function rangeOf(quote: ShownQuote | undefined): number | undefined {
  if (quote === undefined) return undefined;
  const { lp, low_price, high_price } = quote;
  if (!(high_price > low_price)) return undefined;
  return Math.max(0, Math.min(1, (lp - low_price) / (high_price - low_price)));
}
