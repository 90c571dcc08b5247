import { createUniqueId, Show } from "solid-js";
import { texts } from "../texts/texts.ts";
import { formatInput, parseNumber } from "../ticket/parse-number.ts";

export interface NumberFieldProps {
  label: string;
  value: string;
  step: number;
  decimals: number;
  unit?: string;
  hint?: string;
  invalid?: boolean;
  onInput(value: string): void;
}

const EXAMPLE = 1_234.5;

/** A text field for a number. The arrow keys and the buttons change it by a step. */
export function NumberField(props: NumberFieldProps) {
  const id = createUniqueId();
  const move = (steps: number) => {
    const now = props.value.trim() === "" ? 0 : parseNumber(props.value);
    if (now === null) return;
    const next = Math.max(props.step, now + steps * props.step);
    props.onInput(formatInput(next, props.decimals));
  };
  /** A text that is no number, and may be one of another language, gets an example. */
  const hint = () =>
    /\D/.test(props.value.trim()) && parseNumber(props.value) === null
      ? texts.widgets.writeLike(formatInput(EXAMPLE))
      : props.hint;
  /** Remove the groups of a finished text, so that it shows how it is read. */
  const onChange = () => {
    const value = parseNumber(props.value);
    if (value !== null && /\d\D\d{3}\b/.test(props.value)) {
      const plain = formatInput(value);
      if (plain.length < props.value.trim().length) props.onInput(plain);
    }
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const steps = { ArrowUp: 1, ArrowDown: -1 }[event.key];
    if (steps === undefined) return;
    event.preventDefault();
    move(event.shiftKey ? steps * 10 : steps);
  };
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <div class="number" classList={{ invalid: props.invalid ?? false }}>
        <input
          id={id}
          inputmode="decimal"
          autocomplete="off"
          spellcheck={false}
          value={props.value}
          aria-invalid={props.invalid ?? false}
          aria-describedby={hint() ? `${id}-hint` : undefined}
          onInput={({ currentTarget }) => props.onInput(currentTarget.value)}
          onChange={onChange}
          onKeyDown={onKeyDown}
        />
        <Show when={props.unit}>
          <span class="unit">{props.unit}</span>
        </Show>
        <button
          type="button"
          tabindex={-1}
          aria-label={texts.widgets.down(props.label)}
          onClick={() => move(-1)}
        >
          −
        </button>
        <button
          type="button"
          tabindex={-1}
          aria-label={texts.widgets.up(props.label)}
          onClick={() => move(1)}
        >
          +
        </button>
      </div>
      <Show when={hint()}>
        <small id={`${id}-hint`} class="hint">
          {hint()}
        </small>
      </Show>
    </div>
  );
}
