import { Show } from "solid-js";
import * as format from "../format.ts";
import { texts as catalogue } from "../texts/texts.ts";
import { NumberField } from "../widgets/number-field.tsx";
import { parseNumber, parseOptionalNumber } from "./parse-number.ts";
import type { Rules } from "./rules.ts";

const { ticketFields: text } = catalogue;

export interface StopFieldProps {
  /** The label of the price field. */
  label: string;
  price: string;
  isTrailing: boolean;
  pips: string;
  rules: Rules;
  /** The label of the checkbox. Without it the user cannot change whether the stop trails. */
  trailingLabel?: string;
  isOptional?: boolean;
  unit?: string;
  hint?: string;
  onPrice(price: string): void;
  onPips(pips: string): void;
  onTrailing?(isTrailing: boolean): void;
}

/** The field of a stop: its price, or its distance behind the market. */
export function StopField(props: StopFieldProps) {
  const distanceHint = () => {
    const pips = parseNumber(props.pips);
    const { pip, decimals, currency } = props.rules;
    if (pips === null) return text.howFar;
    return text.behind(format.price(pips * pip(), decimals()), currency());
  };
  const isPrice = () =>
    props.isOptional
      ? parseOptionalNumber(props.price) !== null
      : parseNumber(props.price) !== null;
  return (
    <div class="stop">
      <Show
        when={props.isTrailing}
        fallback={
          <NumberField
            label={props.label}
            {...(props.unit !== undefined && { unit: props.unit })}
            {...(props.hint !== undefined && { hint: props.hint })}
            value={props.price}
            step={props.rules.tick()}
            decimals={props.rules.decimals()}
            invalid={!isPrice()}
            onInput={props.onPrice}
          />
        }
      >
        <NumberField
          label={text.trailsBy}
          unit={text.pips}
          hint={distanceHint()}
          value={props.pips}
          step={1}
          decimals={0}
          invalid={parseNumber(props.pips) === null}
          onInput={props.onPips}
        />
      </Show>
      <Show when={props.trailingLabel}>
        <label class="check">
          <input
            type="checkbox"
            checked={props.isTrailing}
            onChange={({ currentTarget }) => props.onTrailing?.(currentTarget.checked)}
          />
          {props.trailingLabel}
        </label>
      </Show>
    </div>
  );
}
