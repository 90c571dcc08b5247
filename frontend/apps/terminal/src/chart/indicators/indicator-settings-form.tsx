import { createEffect, createSignal, createUniqueId, For, Show, untrack } from "solid-js";
import { decimalsOf, quantity } from "../../format.ts";
import { indicators as texts } from "../../texts/indicators.ts";
import { formatInput, parseNumber } from "../../ticket/parse-number.ts";
import { NumberField } from "../../widgets/number-field.tsx";
import { indicatorType, type Parameter, SOURCES } from "./catalog.ts";
import { type IndicatorSettings, initialSettings, WIDTH_MAX } from "./settings.ts";

export interface IndicatorSettingsFormProps {
  settings: IndicatorSettings;
  onChange(changes: Partial<IndicatorSettings>): void;
  onBack(): void;
  onDone(): void;
}

/** The settings of an indicator. Each valid change is drawn immediately. */
export function IndicatorSettingsForm(props: IndicatorSettingsFormProps) {
  const type = indicatorType(props.settings.type);
  const settings = () => props.settings;
  const change = (changes: Partial<IndicatorSettings>) => props.onChange(changes);
  const replaced = <T,>(list: readonly T[], index: number, value: T): T[] =>
    list.map((each, at) => (at === index ? value : each));
  return (
    <form
      class="indicator-form"
      onSubmit={(event) => {
        event.preventDefault();
        props.onDone();
      }}
    >
      <For each={type?.parameters}>
        {(parameter, index) => (
          <ParameterField
            parameter={parameter}
            value={settings().parameters[index()] ?? parameter.initial}
            onChange={(value) =>
              change({ parameters: replaced(settings().parameters, index(), value) })
            }
          />
        )}
      </For>
      <Show when={type?.hasSource}>
        <Select
          label={texts.source}
          value={settings().source}
          options={Object.keys(SOURCES).map((value) => [value, texts.sources[value] ?? value])}
          onChange={(source) => change({ source })}
        />
      </Show>
      <Select
        label={texts.width}
        value={String(settings().width)}
        options={Array.from({ length: WIDTH_MAX }, (_, width) => [
          String(width + 1),
          `${width + 1} px`,
        ])}
        onChange={(width) => change({ width: Number(width) })}
      />
      <For each={type?.outputs}>
        {({ name }, index) => (
          <ColourField
            label={texts.colour(texts.outputs[name] ?? name)}
            value={settings().colours[index()] ?? ""}
            onChange={(colour) =>
              change({ colours: replaced(settings().colours, index(), colour) })
            }
          />
        )}
      </For>
      <Show when={type?.place === "price"}>
        <label class="check">
          <input
            type="checkbox"
            checked={settings().isOnPrice}
            onChange={({ currentTarget }) => change({ isOnPrice: currentTarget.checked })}
          />
          <span>{texts.onPrice}</span>
        </label>
      </Show>
      <footer>
        <button type="button" onClick={props.onBack}>
          {texts.back}
        </button>
        <button type="button" onClick={() => type && change(initialSettings(type, settings().id))}>
          {texts.reset}
        </button>
        <button type="submit" class="primary">
          {texts.done}
        </button>
      </footer>
    </form>
  );
}

function ParameterField(props: {
  parameter: Parameter;
  value: number;
  onChange(value: number): void;
}) {
  const { min, max, step, name } = props.parameter;
  const decimals = decimalsOf(step);
  const [text, setText] = createSignal<string | null>(null);
  const validOf = (input: string): number | null => {
    const value = parseNumber(input);
    const isValid = value !== null && value >= min && value <= max && decimalsOf(value) <= decimals;
    return isValid ? value : null;
  };
  // Another value than that of the text comes from the reset of all of them.
  createEffect(() => {
    const value = props.value;
    const shown = untrack(text);
    if (shown !== null && validOf(shown) !== null && validOf(shown) !== value) setText(null);
  });
  const isInvalid = () => text() !== null && validOf(text() ?? "") === null;
  return (
    <NumberField
      label={texts.parameters[name] ?? name}
      value={text() ?? formatInput(props.value)}
      step={step}
      decimals={decimals}
      invalid={isInvalid()}
      hint={isInvalid() ? texts.range(quantity(min), quantity(max)) : ""}
      onInput={(input) => {
        const value = validOf(input);
        setText(input);
        if (value !== null) props.onChange(value);
      }}
    />
  );
}

function Select(props: {
  label: string;
  value: string;
  options: readonly (readonly [value: string, label: string])[];
  onChange(value: string): void;
}) {
  const id = createUniqueId();
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <select
        id={id}
        value={props.value}
        onChange={({ currentTarget }) => props.onChange(currentTarget.value)}
      >
        <For each={props.options}>
          {([value, label]) => (
            <option value={value} selected={value === props.value}>
              {label}
            </option>
          )}
        </For>
      </select>
    </div>
  );
}

function ColourField(props: { label: string; value: string; onChange(value: string): void }) {
  const id = createUniqueId();
  return (
    <div class="field">
      <label for={id}>{props.label}</label>
      <input
        id={id}
        type="color"
        value={props.value}
        onChange={({ currentTarget }) => props.onChange(currentTarget.value)}
      />
    </div>
  );
}
