import { type DurationType, OrderType, Side } from "@trading-api/client";
import { For, Show } from "solid-js";
import { useDesk } from "../desk.ts";
import * as format from "../format.ts";
import { Choice } from "../widgets/choice.tsx";
import { NumberField } from "../widgets/number-field.tsx";
import { Preview } from "./preview.tsx";
import { needsLimit, needsStop, numberIn, optionalNumberIn } from "./ticket.ts";

const TYPES = [
  { value: OrderType.Market, label: "Market", title: "At once, at the best price there is (M)" },
  { value: OrderType.Limit, label: "Limit", title: "At this price or a better one (L)" },
  { value: OrderType.Stop, label: "Stop", title: "At the market once this price is reached (T)" },
  {
    value: OrderType.StopLimit,
    label: "Stop limit",
    title: "A limit order once the stop is reached",
  },
] as const;

const DURATIONS: readonly { value: DurationType; label: string }[] = [
  { value: "GTC", label: "Good till canceled" },
  { value: "DAY", label: "Day" },
  { value: "IOC", label: "Immediate or cancel" },
  { value: "FOK", label: "Fill or kill" },
];

export function TicketPane() {
  const desk = useDesk();
  const { ticket, market } = desk;
  const fields = ticket.fields;
  const quote = () => market.quote(desk.symbol());
  const tick = () => ticket.instrument?.minTick ?? 0.01;
  const step = () => ticket.instrument?.qty.step ?? 1;
  const currency = () => ticket.instrument?.currency ?? "";
  const durations = () =>
    DURATIONS.filter(
      ({ value }) => fields.type <= OrderType.Market || (value !== "IOC" && value !== "FOK"),
    );
  const away = (text: string) => {
    const price = numberIn(text);
    const from = numberIn(fields.limitPrice) ?? quote()?.lp;
    if (price === null || from === undefined) return "Leave it empty for none";
    const profit = (price - from) * fields.side * (numberIn(fields.qty) ?? 0);
    return `${format.change(profit)} ${currency()}, ${format.percent((price / from - 1) * 100)}`;
  };
  const setType = (type: OrderType) => {
    const isTooQuick =
      type > OrderType.Market && (fields.duration === "IOC" || fields.duration === "FOK");
    ticket.set({ type, ...(isTooQuick && { duration: "GTC" as const }) });
  };
  return (
    <aside class="ticket" aria-label="Order ticket">
      <header class="head">
        <h2>Order</h2>
        <span class="muted">{desk.symbol()}</span>
      </header>
      <form
        class="scroll"
        onSubmit={(event) => {
          event.preventDefault();
          void ticket.send();
        }}
      >
        <div class="sides" role="radiogroup" aria-label="Side">
          <SideButton
            side={Side.Sell}
            label="Sell"
            price={format.price(quote()?.bid, ticket.decimals)}
          />
          <SideButton
            side={Side.Buy}
            label="Buy"
            price={format.price(quote()?.ask, ticket.decimals)}
          />
        </div>
        <Choice
          label="Order type"
          class="types"
          options={TYPES}
          value={fields.type}
          onChange={setType}
        />
        <NumberField
          label="Quantity"
          value={fields.qty}
          step={step()}
          decimals={format.decimalsOf(step())}
          invalid={numberIn(fields.qty) === null}
          onInput={(qty) => ticket.set({ qty })}
        />
        <Show when={needsStop(fields.type)}>
          <NumberField
            label="Stop price"
            unit={currency()}
            value={fields.stopPrice}
            step={tick()}
            decimals={ticket.decimals}
            invalid={numberIn(fields.stopPrice) === null}
            onInput={(stopPrice) => ticket.set({ stopPrice })}
          />
        </Show>
        <Show when={needsLimit(fields.type)}>
          <NumberField
            label="Limit price"
            unit={currency()}
            value={fields.limitPrice}
            step={tick()}
            decimals={ticket.decimals}
            invalid={numberIn(fields.limitPrice) === null}
            onInput={(limitPrice) => ticket.set({ limitPrice })}
          />
        </Show>
        <label class="check">
          <input
            type="checkbox"
            checked={fields.hasBrackets}
            onChange={({ currentTarget }) => ticket.set({ hasBrackets: currentTarget.checked })}
          />
          Take profit and stop loss
        </label>
        <Show when={fields.hasBrackets}>
          <NumberField
            label="Take profit"
            unit={currency()}
            hint={away(fields.takeProfit)}
            value={fields.takeProfit}
            step={tick()}
            decimals={ticket.decimals}
            invalid={optionalNumberIn(fields.takeProfit) === null}
            onInput={(takeProfit) => ticket.set({ takeProfit })}
          />
          <NumberField
            label="Stop loss"
            unit={currency()}
            hint={away(fields.stopLoss)}
            value={fields.stopLoss}
            step={tick()}
            decimals={ticket.decimals}
            invalid={optionalNumberIn(fields.stopLoss) === null}
            onInput={(stopLoss) => ticket.set({ stopLoss })}
          />
        </Show>
        <div class="field">
          <label for="duration">Duration</label>
          <select
            id="duration"
            value={fields.duration}
            onChange={({ currentTarget }) =>
              ticket.set({ duration: currentTarget.value as DurationType })
            }
          >
            <For each={durations()}>
              {({ value, label }) => (
                <option value={value} selected={value === fields.duration}>
                  {label}
                </option>
              )}
            </For>
          </select>
        </div>
        <button
          type="submit"
          class={`place ${fields.side === Side.Buy ? "buy" : "sell"}`}
          disabled={ticket.order === null || ticket.isSending}
          aria-keyshortcuts="Control+Enter"
        >
          {ticket.isSending ? "Placing…" : ticket.sentence}
        </button>
        <Preview />
      </form>
    </aside>
  );
}

function SideButton(props: { side: Side; label: string; price: string }) {
  const { ticket } = useDesk();
  const isChosen = () => ticket.fields.side === props.side;
  const other = () => ticket.set({ side: -ticket.fields.side as Side });
  return (
    // biome-ignore lint/a11y/useSemanticElements: a radio that looks like a button
    <button
      type="button"
      role="radio"
      class={props.side === Side.Buy ? "buy" : "sell"}
      aria-checked={isChosen()}
      tabindex={isChosen() ? 0 : -1}
      onClick={() => ticket.set({ side: props.side })}
      onKeyDown={({ key, currentTarget }) => {
        if (key !== "ArrowLeft" && key !== "ArrowRight") return;
        other();
        const sibling = currentTarget.nextElementSibling ?? currentTarget.previousElementSibling;
        if (sibling instanceof HTMLElement) sibling.focus();
      }}
    >
      <span>{props.label}</span>
      <b>{props.price || "…"}</b>
    </button>
  );
}
