import { texts as catalogue } from "../texts/texts.ts";
import { NumberField } from "../widgets/number-field.tsx";
import type { BracketTexts } from "./brackets.ts";
import { parseOptionalNumber } from "./parse-number.ts";
import type { Rules } from "./rules.ts";
import { StopField } from "./stop-field.tsx";

const { ticketFields: text } = catalogue;

export interface BracketFieldsProps {
  texts: BracketTexts;
  rules: Rules;
  canTrail: boolean;
  unit?: string;
  /** Return the hint below a price. */
  hint?(price: string): string;
  onInput(texts: Partial<BracketTexts>): void;
}

/** The fields of the take profit and the stop loss of an order or a position. */
export function BracketFields(props: BracketFieldsProps) {
  const unit = () => props.unit !== undefined && { unit: props.unit };
  const hint = (price: string) => props.hint?.(price) ?? text.emptyForNone;
  return (
    <>
      <NumberField
        label={text.takeProfit}
        {...unit()}
        hint={hint(props.texts.takeProfit)}
        value={props.texts.takeProfit}
        step={props.rules.tick()}
        decimals={props.rules.decimals()}
        invalid={parseOptionalNumber(props.texts.takeProfit) === null}
        onInput={(takeProfit) => props.onInput({ takeProfit })}
      />
      <StopField
        label={text.stopLoss}
        {...unit()}
        hint={hint(props.texts.stopLoss)}
        price={props.texts.stopLoss}
        isTrailing={props.texts.isStopLossTrailing}
        pips={props.texts.pips}
        rules={props.rules}
        isOptional
        {...(props.canTrail && { trailingLabel: text.trailingStopLoss })}
        onPrice={(stopLoss) => props.onInput({ stopLoss })}
        onPips={(pips) => props.onInput({ pips })}
        onTrailing={(isStopLossTrailing) => props.onInput({ isStopLossTrailing })}
      />
    </>
  );
}
