import { createUniqueId, Show } from "solid-js";

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

/** A text field for a number. The arrow keys and the buttons change it by a step. */
export function NumberField(props: NumberFieldProps) {
  const id = createUniqueId();
  const move = (steps: number) => {
    const now = Number(props.value.replaceAll(",", ""));
    if (!Number.isFinite(now)) return;
    const next = Math.max(props.step, now + steps * props.step);
    props.onInput(next.toFixed(props.decimals));
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
          aria-describedby={props.hint ? `${id}-hint` : undefined}
          onInput={({ currentTarget }) => props.onInput(currentTarget.value)}
          onKeyDown={onKeyDown}
        />
        <Show when={props.unit}>
          <span class="unit">{props.unit}</span>
        </Show>
        <button
          type="button"
          tabindex={-1}
          aria-label={`${props.label} down`}
          onClick={() => move(-1)}
        >
          −
        </button>
        <button
          type="button"
          tabindex={-1}
          aria-label={`${props.label} up`}
          onClick={() => move(1)}
        >
          +
        </button>
      </div>
      <Show when={props.hint}>
        <small id={`${id}-hint`} class="hint">
          {props.hint}
        </small>
      </Show>
    </div>
  );
}
