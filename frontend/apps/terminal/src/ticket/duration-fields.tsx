import type { DurationType, OrderType } from "@trading-api/client";
import { createUniqueId, For, Show } from "solid-js";
import { useApp } from "../app-store.ts";
import { texts as catalogue } from "../texts/texts.ts";
import { type DurationTexts, formatUntil, parseDuration } from "./duration.ts";

const { ticketFields: text } = catalogue;

export interface DurationFieldsProps {
  texts: DurationTexts;
  type: OrderType;
  onInput(texts: Partial<DurationTexts>): void;
}

const DAY_MS = 86_400_000;

/** The fields of an order's duration, with what the broker offers for the order type. */
export function DurationFields(props: DurationFieldsProps) {
  const { account, client } = useApp();
  const [id, untilId] = [createUniqueId(), createUniqueId()];
  const offered = () =>
    account.durations.filter((each) => each.supportedOrderTypes.includes(props.type));
  const isDated = () =>
    offered().some((each) => each.value === props.texts.duration && each.hasDatePicker);
  const choose = async (duration: DurationType) => {
    props.onInput({ duration });
    if (!isDated() || props.texts.until !== "") return;
    // A replayed market has its own clock.
    const now = await client.rest.market.time().catch(() => Date.now() / 1_000);
    if (props.texts.until === "") props.onInput({ until: formatUntil(now * 1_000 + DAY_MS) });
  };
  return (
    <Show when={offered().length > 0}>
      <div class="field">
        <label for={id}>{text.duration}</label>
        <select
          id={id}
          value={props.texts.duration}
          onChange={({ currentTarget }) => void choose(currentTarget.value as DurationType)}
        >
          <For each={offered()}>
            {({ value, name }) => (
              <option value={value} selected={value === props.texts.duration}>
                {name}
              </option>
            )}
          </For>
        </select>
      </div>
      <Show when={isDated()}>
        <div class="field">
          <label for={untilId}>{text.until}</label>
          <input
            id={untilId}
            type="datetime-local"
            value={props.texts.until}
            aria-invalid={parseDuration(props.texts) === null}
            onInput={({ currentTarget }) => props.onInput({ until: currentTarget.value })}
          />
        </div>
      </Show>
    </Show>
  );
}
