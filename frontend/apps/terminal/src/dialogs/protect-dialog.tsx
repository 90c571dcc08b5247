import type { Position } from "@trading-api/client";
import { createStore } from "solid-js/store";
import { useDesk } from "../desk.ts";
import { optionalNumberIn } from "../ticket/ticket.ts";
import { NumberField } from "../widgets/number-field.tsx";
import { CommandForm } from "./command-form.tsx";
import { createInstrument } from "./instrument.ts";

export function ProtectDialog(props: { position: Position }) {
  const desk = useDesk();
  const { position } = props;
  const rules = createInstrument(position.symbol);
  const [fields, set] = createStore({
    takeProfit: position.takeProfit?.toString() ?? "",
    stopLoss: position.stopLoss?.toString() ?? "",
  });
  const brackets = () => {
    const [takeProfit, stopLoss] = [
      optionalNumberIn(fields.takeProfit),
      optionalNumberIn(fields.stopLoss),
    ];
    return {
      ...(typeof takeProfit === "number" && { takeProfit }),
      ...(typeof stopLoss === "number" && { stopLoss }),
    };
  };
  const isValid = () =>
    optionalNumberIn(fields.takeProfit) !== null && optionalNumberIn(fields.stopLoss) !== null;
  return (
    <CommandForm
      title={`Protect ${position.symbol}`}
      label="Set brackets"
      isValid={isValid()}
      send={() => desk.account.broker.editPositionBrackets(position.id, brackets())}
    >
      <NumberField
        label="Take profit"
        hint="Leave it empty for none"
        value={fields.takeProfit}
        step={rules.tick()}
        decimals={rules.decimals()}
        invalid={optionalNumberIn(fields.takeProfit) === null}
        onInput={(takeProfit) => set({ takeProfit })}
      />
      <NumberField
        label="Stop loss"
        hint="Leave it empty for none"
        value={fields.stopLoss}
        step={rules.tick()}
        decimals={rules.decimals()}
        invalid={optionalNumberIn(fields.stopLoss) === null}
        onInput={(stopLoss) => set({ stopLoss })}
      />
    </CommandForm>
  );
}
