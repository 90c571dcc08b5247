import type { Position } from "@trading-api/client";
import { createStore } from "solid-js/store";
import { useDesk } from "../desk.ts";
import { areBrackets, BracketFields, bracketsIn } from "./bracket-fields.tsx";
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
  return (
    <CommandForm
      title={`Protect ${position.symbol}`}
      label="Set brackets"
      isValid={areBrackets(fields)}
      send={() => desk.account.broker.editPositionBrackets(position.id, bracketsIn(fields))}
    >
      <BracketFields texts={fields} rules={rules} onInput={set} />
    </CommandForm>
  );
}
