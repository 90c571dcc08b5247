import type { Position } from "@trading-api/client";
import { createSignal } from "solid-js";
import { useApp } from "../app-store.ts";
import { quantity } from "../format.ts";
import { dialogs as texts } from "../texts/dialogs.ts";
import { formatInput, parseNumber } from "../ticket/parse-number.ts";
import { NumberField } from "../widgets/number-field.tsx";
import { CommandForm } from "./command-form.tsx";
import { createRules } from "./rules.ts";

export function CloseDialog(props: { position: Position }) {
  const app = useApp();
  const { position } = props;
  const rules = createRules(position.symbol);
  const [amount, setAmount] = createSignal(formatInput(position.qty));
  const isValid = () => (parseNumber(amount()) ?? Number.POSITIVE_INFINITY) <= position.qty;
  return (
    <CommandForm
      title={texts.closePartOf(position.symbol)}
      label={texts.close(quantity(parseNumber(amount()) ?? 0))}
      isValid={isValid()}
      send={() => app.account.broker.closePosition(position.id, parseNumber(amount()) ?? undefined)}
    >
      <NumberField
        label={texts.quantityToClose}
        hint={texts.areOpen(quantity(position.qty))}
        value={amount()}
        step={rules.step()}
        decimals={rules.stepDecimals()}
        invalid={!isValid()}
        onInput={setAmount}
      />
    </CommandForm>
  );
}
