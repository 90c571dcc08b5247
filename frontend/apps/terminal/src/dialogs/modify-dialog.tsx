import type { Order } from "@trading-api/client";
import { Show } from "solid-js";
import { createStore } from "solid-js/store";
import { useDesk } from "../desk.ts";
import { numberIn } from "../ticket/ticket.ts";
import { NumberField } from "../widgets/number-field.tsx";
import { kindName, sideName } from "../wording.ts";
import { areBrackets, BracketFields, bracketsIn } from "./bracket-fields.tsx";
import { CommandForm } from "./command-form.tsx";
import { createInstrument } from "./instrument.ts";

export function ModifyDialog(props: { order: Order }) {
  const desk = useDesk();
  const { order } = props;
  const rules = createInstrument(order.symbol);
  const [fields, set] = createStore({
    qty: String(order.qty),
    limitPrice: order.limitPrice?.toString() ?? "",
    stopPrice: order.stopPrice?.toString() ?? "",
    takeProfit: order.takeProfit?.toString() ?? "",
    stopLoss: order.stopLoss?.toString() ?? "",
  });
  const isChild = order.parentId !== undefined;
  const isValid = () =>
    numberIn(fields.qty) !== null &&
    (order.limitPrice === undefined || numberIn(fields.limitPrice) !== null) &&
    (order.stopPrice === undefined || numberIn(fields.stopPrice) !== null) &&
    areBrackets(fields);
  const changed = (): Order => {
    const { takeProfit: _, stopLoss: __, ...rest } = order;
    return {
      ...rest,
      qty: numberIn(fields.qty) ?? order.qty,
      ...(order.limitPrice !== undefined && {
        limitPrice: numberIn(fields.limitPrice) ?? order.limitPrice,
      }),
      ...(order.stopPrice !== undefined && {
        stopPrice: numberIn(fields.stopPrice) ?? order.stopPrice,
      }),
      ...bracketsIn(fields),
    };
  };
  return (
    <CommandForm
      title={`Modify ${kindName(order).toLowerCase()}: ${sideName(order.side).toLowerCase()} ${order.symbol}`}
      label="Modify order"
      isValid={isValid()}
      send={() => desk.account.broker.modifyOrder(changed())}
    >
      <NumberField
        label="Quantity"
        value={fields.qty}
        step={rules.step()}
        decimals={rules.stepDecimals()}
        invalid={numberIn(fields.qty) === null}
        onInput={(qty) => set({ qty })}
      />
      <Show when={order.stopPrice !== undefined}>
        <NumberField
          label="Stop price"
          value={fields.stopPrice}
          step={rules.tick()}
          decimals={rules.decimals()}
          invalid={numberIn(fields.stopPrice) === null}
          onInput={(stopPrice) => set({ stopPrice })}
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
        <BracketFields texts={fields} rules={rules} onInput={set} />
      </Show>
    </CommandForm>
  );
}
