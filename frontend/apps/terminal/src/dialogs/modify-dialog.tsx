import type { Brackets, Order } from "@trading-api/client";
import { Show } from "solid-js";
import { createStore } from "solid-js/store";
import { useDesk } from "../desk.ts";
import { BracketFields } from "../ticket/bracket-fields.tsx";
import { bracketsIn, bracketTexts, isTrailing } from "../ticket/brackets.ts";
import { durationIn, durationTexts } from "../ticket/duration.ts";
import { DurationFields } from "../ticket/duration-fields.tsx";
import { numberIn } from "../ticket/numbers.ts";
import { StopField } from "../ticket/stop-field.tsx";
import { NumberField } from "../widgets/number-field.tsx";
import { kindName, sideName } from "../wording.ts";
import { CommandForm } from "./command-form.tsx";
import { createRules } from "./rules.ts";

export function ModifyDialog(props: { order: Order }) {
  const { account } = useDesk();
  const { order } = props;
  const rules = createRules(order.symbol);
  const trails = isTrailing(order);
  // A bracket is as large as what it protects, lasts as long, and has no brackets.
  const isChild = order.parentId !== undefined;
  const { takeProfit, stopLoss, trailingStopPips, duration, ...rest } = order;
  const brackets: Brackets = {
    ...(takeProfit !== undefined && { takeProfit }),
    ...(stopLoss !== undefined && { stopLoss }),
    ...(trailingStopPips !== undefined && { trailingStopPips }),
  };
  const lasting = durationTexts(duration ?? { type: "GTC" });
  const [fields, set] = createStore({
    qty: String(order.qty),
    limitPrice: order.limitPrice?.toString() ?? "",
    stopPrice: order.stopPrice?.toString() ?? "",
    ...bracketTexts(brackets),
    isStopLossTrailing: trailingStopPips !== undefined && !trails,
    ...lasting,
  });

  /** null while something is missing, or no number. */
  const changed = (): Order | null => {
    const qty = numberIn(fields.qty);
    const limitPrice = order.limitPrice === undefined ? undefined : numberIn(fields.limitPrice);
    const stopPrice = order.stopPrice === undefined ? undefined : numberIn(fields.stopPrice);
    const pips = trails ? numberIn(fields.pips) : undefined;
    const own = bracketsIn(fields);
    // Its minute is what the field shows, and its seconds are kept.
    const isLasting = fields.duration === lasting.duration && fields.until === lasting.until;
    const until = isLasting ? duration : durationIn(fields);
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
      title={`Modify ${kindName(order).toLowerCase()}: ${sideName(order.side).toLowerCase()} ${order.symbol}`}
      label="Modify order"
      isValid={changed() !== null}
      send={async () => await account.broker.modifyOrder(changed() ?? order)}
    >
      <Show when={!isChild}>
        <NumberField
          label="Quantity"
          value={fields.qty}
          step={rules.step()}
          decimals={rules.stepDecimals()}
          invalid={numberIn(fields.qty) === null}
          onInput={(qty) => set({ qty })}
        />
      </Show>
      <Show when={order.stopPrice !== undefined}>
        <StopField
          label="Stop price"
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
          label="Limit price"
          value={fields.limitPrice}
          step={rules.tick()}
          decimals={rules.decimals()}
          invalid={numberIn(fields.limitPrice) === null}
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
