import { For } from "solid-js";

export interface ChoiceProps<T extends string | number> {
  label: string;
  options: readonly { value: T; label: string; title?: string; isDisabled?: boolean }[];
  value: T;
  class?: string;
  onChange(value: T): void;
}

/** A row of radio buttons. The arrow keys select the next one. */
export function Choice<T extends string | number>(props: ChoiceProps<T>) {
  const onKeyDown = (event: KeyboardEvent) => {
    const step = { ArrowRight: 1, ArrowLeft: -1 }[event.key];
    if (step === undefined) return;
    event.preventDefault();
    const enabled = props.options.filter(({ isDisabled }) => !isDisabled);
    const at = enabled.findIndex(({ value }) => value === props.value);
    const next = enabled[(at + step + enabled.length) % enabled.length];
    if (next === undefined) return;
    props.onChange(next.value);
    const { currentTarget: group } = event as KeyboardEvent & { currentTarget: HTMLElement };
    queueMicrotask(() => group.querySelector<HTMLElement>('[aria-checked="true"]')?.focus());
  };
  return (
    <div
      class={`choice ${props.class ?? ""}`}
      role="radiogroup"
      aria-label={props.label}
      onKeyDown={onKeyDown}
    >
      <For each={props.options}>
        {(option) => (
          // biome-ignore lint/a11y/useSemanticElements: a radio that looks like a button
          <button
            type="button"
            role="radio"
            aria-checked={option.value === props.value}
            tabindex={option.value === props.value ? 0 : -1}
            title={option.title}
            disabled={option.isDisabled}
            data-value={option.value}
            onClick={() => props.onChange(option.value)}
          >
            {option.label}
          </button>
        )}
      </For>
    </div>
  );
}
