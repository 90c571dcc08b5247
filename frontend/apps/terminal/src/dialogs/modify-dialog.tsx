import type { Brackets, Order } from "@trading-api/client";
import { Show } from "solid-js";
import { createStore } from "solid-js/store";
import { useApp } from "../app-store.ts";
import { purposeLabel, sideLabel } from "../labels.ts";
import { dialogs as texts } from "../texts/dialogs.ts";
import { BracketFields } from "../ticket/bracket-fields.tsx";
import { formatBrackets, isTrailing, parseBrackets } from "../ticket/brackets.ts";
import { formatDuration, parseDuration } from "../ticket/duration.ts";
import { DurationFields } from "../ticket/duration-fields.tsx";
import { formatInput, parseNumber } from "../ticket/parse-number.ts";
import { StopField } from "../ticket/stop-field.tsx";
import { NumberField } from "../widgets/number-field.tsx";
import { CommandForm } from "./command-form.tsx";
import { createRules } from "./rules.ts";

export function ModifyDialog(props: { order: Order }) {
  const { account } = useApp();
  const { order } = props;
  const rules = createRules(order.symbol);
  const trails = isTrailing(order);
  // A bracket has the quantity and the duration of what it protects, and no brackets of its own.
  const isChild = order.parentId !== undefined;
  const { takeProfit, stopLoss, trailingStopPips, duration, ...rest } = order;
  const brackets: Brackets = {
    ...(takeProfit !== undefined && { takeProfit }),
    ...(stopLoss !== undefined && { stopLoss }),
    ...(trailingStopPips !== undefined && { trailingStopPips }),
  };
  const initial = formatDuration(duration ?? { type: "GTC" });
  const [fields, set] = createStore({
    qty: formatInput(order.qty),
    limitPrice: order.limitPrice === undefined ? "" : formatInput(order.limitPrice),
    stopPrice: order.stopPrice === undefined ? "" : formatInput(order.stopPrice),
    ...formatBrackets(brackets),
    isStopLossTrailing: trailingStopPips !== undefined && !trails,
    ...initial,
  });

  /** Return the modified order, or null while a field is empty or no number. */
  const modifiedOrder = (): Order | null => {
    const qty = parseNumber(fields.qty);
    const limitPrice = order.limitPrice === undefined ? undefined : parseNumber(fields.limitPrice);
    const stopPrice = order.stopPrice === undefined ? undefined : parseNumber(fields.stopPrice);
    const pips = trails ? parseNumber(fields.pips) : undefined;
    const own = parseBrackets(fields);
    // The field shows no seconds, so an unchanged field keeps the original time.
    const isUnchanged = fields.duration === initial.duration && fields.until === initial.until;
    const until = isUnchanged ? duration : parseDuration(fields);
    if (qty === null || limitPrice === null || stopPrice === null) return null;
    if (pips === null || own === null || until === null) return null;
    return {
      ...rest,
      qty,
      ...(limitPrice !== undefined && { limitPrice }),
      ...(stopPrice !== undefined && { stopPrice }),
      ...own,
      ...(pips !== undefined && { trailingStopPips: pips }),
      ...(until !== undefined && { duration: until }),
    };
  };
  return (
    <CommandForm
      title={texts.modifyOf(
        purposeLabel(order).toLowerCase(),
        sideLabel(order.side).toLowerCase(),
        order.symbol,
      )}
      label={texts.modify}
      isValid={modifiedOrder() !== null}
      send={async () => await account.broker.modifyOrder(modifiedOrder() ?? order)}
    >
      <Show when={!isChild}>
        <NumberField
          label={texts.quantity}
          value={fields.qty}
          step={rules.step()}
          decimals={rules.stepDecimals()}
          invalid={parseNumber(fields.qty) === null}
          onInput={(qty) => set({ qty })}
        />
      </Show>
      <Show when={order.stopPrice !== undefined}>
        <StopField
          label={texts.stopPrice}
          price={fields.stopPrice}
          isTrailing={trails}
          pips={fields.pips}
          rules={rules}
          onPrice={(stopPrice) => set({ stopPrice })}
          onPips={(pips) => set({ pips })}
        />
      </Show>
      <Show when={order.limitPrice !== undefined}>
        <NumberField
          label={texts.limitPrice}
          value={fields.limitPrice}
          step={rules.tick()}
          decimals={rules.decimals()}
          invalid={parseNumber(fields.limitPrice) === null}
          onInput={(limitPrice) => set({ limitPrice })}
        />
      </Show>
      <Show when={!isChild}>
        <BracketFields
          texts={fields}
          rules={rules}
          canTrail={account.supports("supportTrailingStop") && !trails}
          onInput={set}
        />
        <DurationFields texts={fields} type={order.type} onInput={set} />
      </Show>
    </CommandForm>
  );
}
