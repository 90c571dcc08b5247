import { For } from "solid-js";
import { optionalNumberIn } from "../ticket/ticket.ts";
import { NumberField } from "../widgets/number-field.tsx";
import type { createInstrument } from "./instrument.ts";

export interface BracketTexts {
  takeProfit: string;
  stopLoss: string;
}

const FIELDS = [
  { name: "takeProfit", label: "Take profit" },
  { name: "stopLoss", label: "Stop loss" },
] as const;

export const areBrackets = (texts: BracketTexts) =>
  FIELDS.every(({ name }) => optionalNumberIn(texts[name]) !== null);

/** The prices that are written; what was left empty is left out. */
export function bracketsIn(texts: BracketTexts): { takeProfit?: number; stopLoss?: number } {
  const takeProfit = optionalNumberIn(texts.takeProfit);
  const stopLoss = optionalNumberIn(texts.stopLoss);
  return {
    ...(typeof takeProfit === "number" && { takeProfit }),
    ...(typeof stopLoss === "number" && { stopLoss }),
  };
}

export function BracketFields(props: {
  texts: BracketTexts;
  rules: ReturnType<typeof createInstrument>;
  onInput(texts: Partial<BracketTexts>): void;
}) {
  return (
    <For each={FIELDS}>
      {({ name, label }) => (
        <NumberField
          label={label}
          hint="Leave it empty for none"
          value={props.texts[name]}
          step={props.rules.tick()}
          decimals={props.rules.decimals()}
          invalid={optionalNumberIn(props.texts[name]) === null}
          onInput={(text) => props.onInput({ [name]: text })}
        />
      )}
    </For>
  );
}
