import { For, Show } from "solid-js";
import { useApp } from "../../app-store.ts";
import { indicators as texts } from "../../texts/indicators.ts";
import { indicatorLabel } from "./indicator-label.ts";
import type { IndicatorStore } from "./indicator-store.ts";
import type { IndicatorSettings } from "./settings.ts";

export interface IndicatorLegendProps {
  store: IndicatorStore;
  settings: IndicatorSettings;
  /** The texts of the values, in the order of the outputs. */
  values: readonly string[];
}

/** One line with the name and the values of an indicator, and its buttons. */
export function IndicatorLegend(props: IndicatorLegendProps) {
  const app = useApp();
  const name = () => indicatorLabel(props.settings);
  const toggle = () =>
    props.store.update(props.settings.id, { isHidden: !props.settings.isHidden });
  return (
    <div
      class="indicator-legend"
      data-indicator={props.settings.type}
      data-hidden={props.settings.isHidden}
    >
      <span class="indicator-name">{name()}</span>
      <Show when={!props.settings.isHidden}>
        <For each={props.settings.colours}>
          {(colour, index) => (
            <Show when={props.values[index()]}>
              {(text) => (
                <span class="indicator-value">
                  <i style={{ background: colour }} />
                  {text()}
                </span>
              )}
            </Show>
          )}
        </For>
      </Show>
      <span class="indicator-buttons">
        <button
          type="button"
          class="quiet"
          aria-label={props.settings.isHidden ? texts.show(name()) : texts.hide(name())}
          onClick={toggle}
        >
          {props.settings.isHidden ? "◌" : "◉"}
        </button>
        <button
          type="button"
          class="quiet"
          aria-label={texts.settings(name())}
          onClick={() => app.openDialog({ name: "indicators", id: props.settings.id })}
        >
          ⚙
        </button>
        <button
          type="button"
          class="quiet"
          aria-label={texts.remove(name())}
          onClick={() => props.store.remove(props.settings.id)}
        >
          ✕
        </button>
      </span>
    </div>
  );
}
