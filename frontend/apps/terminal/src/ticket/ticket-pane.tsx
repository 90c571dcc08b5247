import { OrderType, Side } from "@trading-api/client";
import { createEffect, on, Show } from "solid-js";
import { useApp } from "../app-store.ts";
import * as format from "../format.ts";
import { texts as catalogue } from "../texts/texts.ts";
import { Choice } from "../widgets/choice.tsx";
import { NumberField } from "../widgets/number-field.tsx";
import { BracketFields } from "./bracket-fields.tsx";
import { DurationFields } from "./duration-fields.tsx";
import { parseNumber } from "./parse-number.ts";
import { Preview } from "./preview.tsx";
import { SizeFields } from "./size-fields.tsx";
import { StopField } from "./stop-field.tsx";
import { needsLimit, needsStop } from "./ticket.ts";

const { labels, ticketFields: text } = catalogue;

const TYPES = [
  {
    value: OrderType.Market,
    label: labels.market,
    title: text.typeTitles.market,
  },
  { value: OrderType.Limit, label: labels.limit, title: text.typeTitles.limit },
  { value: OrderType.Stop, label: labels.stop, title: text.typeTitles.stop },
  {
    value: OrderType.StopLimit,
    label: labels.stopLimit,
    title: text.typeTitles.stopLimit,
  },
] as const;

export function TicketPane() {
  const app = useApp();
  const { account, market, ticket } = app;
  const { fields, rules } = ticket;
  const quote = () => market.quote(app.symbol());
  createEffect(
    on([app.symbol, () => account.loading], () => {
      if (account.loading !== "loaded" || app.symbol() === "") return;
      void ticket.readInstrument();
      if (account.supports("supportLeverage")) void ticket.readLeverage();
    }),
  );
  const types = () =>
    TYPES.filter(({ value }) => ticket.instrument?.allowedOrderTypes.includes(value) ?? true);
  const canStopTrail = () =>
    account.supports("supportTrailingStop") && fields.type === OrderType.Stop;
  // The first quote arrives after the symbol.
  const isKnown = () => ticket.instrument !== null && quote() !== undefined;
  createEffect(
    on([app.symbol, isKnown], () => {
      if (!isKnown()) return;
      ticket.suggest();
      ticket.resize();
    }),
  );
  const distanceHint = (text: string) => {
    const price = parseNumber(text);
    const from = parseNumber(fields.limitPrice) ?? quote()?.lp;
    if (price === null || from === undefined) return catalogue.ticketFields.emptyForNone;
    const profit = (price - from) * fields.side * (parseNumber(fields.qty) ?? 0);
    return `${format.change(profit)} ${rules.currency()}, ${format.percent((price / from - 1) * 100)}`;
  };
  const setType = (type: OrderType) => {
    const isOffered = account.durations.some(
      ({ value, supportedOrderTypes }) =>
        value === fields.duration && supportedOrderTypes.includes(type),
    );
    ticket.set({ type, ...(!isOffered && { duration: "GTC" as const }) });
  };
  return (
    <section class="ticket" aria-label={text.ticket}>
      <header class="head">
        <h2>{text.order}</h2>
        <span class="muted of">{app.symbol()}</span>
        <Show when={ticket.leverage}>
          {(info) => (
            <button
              type="button"
              class="leverage"
              aria-label={text.changeLeverage(info().leverage)}
              title={text.leverage}
              onClick={() => app.openDialog({ name: "leverage", symbol: app.symbol() })}
            >
              {info().leverage}:1
            </button>
          )}
        </Show>
      </header>
      <form
        class="scroll"
        onSubmit={(event) => {
          event.preventDefault();
          void ticket.send();
        }}
      >
        <div class="sides" role="radiogroup" aria-label={text.side}>
          <SideButton
            side={Side.Sell}
            label={labels.sell}
            price={format.price(quote()?.bid, rules.decimals())}
          />
          <SideButton
            side={Side.Buy}
            label={labels.buy}
            price={format.price(quote()?.ask, rules.decimals())}
          />
        </div>
        <Choice
          label={text.type}
          class="types"
          options={types()}
          value={fields.type}
          onChange={setType}
        />
        <SizeFields />
        <Show when={needsStop(fields.type)}>
          <StopField
            label={text.stopPrice}
            unit={rules.currency()}
            price={fields.stopPrice}
            isTrailing={ticket.isTrailing}
            pips={fields.pips}
            rules={rules}
            {...(canStopTrail() && { trailingLabel: text.trailingStop })}
            onPrice={(stopPrice) => ticket.set({ stopPrice })}
            onPips={(pips) => ticket.set({ pips })}
            onTrailing={(isStopTrailing) => ticket.set({ isStopTrailing })}
          />
        </Show>
        <Show when={needsLimit(fields.type)}>
          <NumberField
            label={text.limitPrice}
            unit={rules.currency()}
            value={fields.limitPrice}
            step={rules.tick()}
            decimals={rules.decimals()}
            invalid={parseNumber(fields.limitPrice) === null}
            onInput={(limitPrice) => ticket.set({ limitPrice })}
          />
        </Show>
        <Show when={account.supports("supportOrderBrackets") && !fields.isReduceOnly}>
          <label class="check">
            <input
              type="checkbox"
              checked={fields.hasBrackets}
              onChange={({ currentTarget }) => ticket.set({ hasBrackets: currentTarget.checked })}
            />
            {text.brackets}
          </label>
        </Show>
        <Show when={fields.hasBrackets && !fields.isReduceOnly}>
          <BracketFields
            texts={fields}
            unit={rules.currency()}
            rules={rules}
            hint={distanceHint}
            canTrail={account.supports("supportTrailingStop") && !ticket.isTrailing}
            onInput={(texts) => ticket.set(texts)}
          />
        </Show>
        <DurationFields texts={fields} type={fields.type} onInput={(texts) => ticket.set(texts)} />
        <button
          type="submit"
          class={`place ${fields.side === Side.Buy ? "buy" : "sell"}`}
          disabled={!ticket.canPlace}
          aria-keyshortcuts="Control+Enter"
        >
          {ticket.isSending ? text.placing : ticket.summary}
        </button>
        <Preview />
      </form>
    </section>
  );
}

function SideButton(props: { side: Side; label: string; price: string }) {
  const { ticket } = useApp();
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
