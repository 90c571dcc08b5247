import type { Position } from "@trading-api/client";
import { createSignal } from "solid-js";
import { useDesk } from "../desk.ts";
import { quantity } from "../format.ts";
import { numberIn } from "../ticket/numbers.ts";
import { NumberField } from "../widgets/number-field.tsx";
import { CommandForm } from "./command-form.tsx";
import { createRules } from "./rules.ts";

export function CloseDialog(props: { position: Position }) {
  const desk = useDesk();
  const { position } = props;
  const rules = createRules(position.symbol);
  const [amount, setAmount] = createSignal(String(position.qty));
  const isValid = () => (numberIn(amount()) ?? Number.POSITIVE_INFINITY) <= position.qty;
  return (
    <CommandForm
      title={`Close part of ${position.symbol}`}
      label={`Close ${quantity(numberIn(amount()) ?? 0)}`}
      isValid={isValid()}
      send={() => desk.account.broker.closePosition(position.id, numberIn(amount()) ?? undefined)}
    >
      <NumberField
        label="Quantity to close"
        hint={`${quantity(position.qty)} are open`}
        value={amount()}
        step={rules.step()}
        decimals={rules.stepDecimals()}
        invalid={!isValid()}
        onInput={setAmount}
      />
    </CommandForm>
  );
}
