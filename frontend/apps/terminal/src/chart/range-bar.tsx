import { For, Show } from "solid-js";
import { useApp } from "../app-store.ts";
import { messageOf } from "../error-messages.ts";
import { quantity } from "../format.ts";
import { view as texts } from "../texts/view.ts";
import { Choice } from "../widgets/choice.tsx";
import { RANGES, type Range } from "./view/ranges.ts";
import { SCALES } from "./view/scales.ts";
import { barPeriod } from "./view/time-axis.ts";
import { localZone, placeOf } from "./view/time-zone.ts";
import "./view/view.css";
import { viewOf } from "./view/view-of.ts";
import { ViewSettings, ZONES, type ZoneChoice } from "./view/view-settings.ts";

/** Which time the active chart shows, in which zone, and the scale of its prices. */
export function RangeBar() {
  const app = useApp();
  const store = () => app.charts.active();
  const settings = () => new ViewSettings(store());
  const view = () => viewOf(store());
  const isCompared = () => settings().compared().length > 0;

  const showRange = async (range: Range) => {
    const arrival = await view()?.time.showRange(range);
    if (arrival?.kind !== "failed") return;
    const text = messageOf(arrival.reason);
    app.notifications.show({ tone: "error", title: texts.rangeFailed, text });
  };
  const period = () => {
    const [shown, visible] = [view(), view()?.visible()];
    if (!shown || !visible) return "";
    return barPeriod(visible, store().resolution(), shown.zone(), shown.now() ?? visible.to);
  };
  return (
    // biome-ignore lint/a11y/useSemanticElements: no element has this role
    <div class="range-bar" role="group" aria-label={texts.rangeBar}>
      {/* biome-ignore lint/a11y/useSemanticElements: no element has this role */}
      <div class="ranges" role="group" aria-label={texts.ranges}>
        <For each={RANGES}>
          {(range) => (
            <button
              type="button"
              class="quiet"
              title={texts.range[range]}
              onClick={() => void showRange(range)}
            >
              {range}
            </button>
          )}
        </For>
      </div>
      <button type="button" class="quiet" onClick={() => app.openDialog({ name: "goTo" })}>
        {texts.goTo}
      </button>
      <span class="period" data-testid="period" title={period()}>
        {period()}
      </span>
      <span class="progress" role="status">
        <Show when={view()?.time.loaded()} keyed>
          {(count) => texts.loading(quantity(count))}
        </Show>
      </span>
      <button
        type="button"
        class="quiet toggle"
        aria-pressed={settings().showsSessions()}
        title={texts.sessionsTitle}
        onClick={() => settings().setShowsSessions(!settings().showsSessions())}
      >
        {texts.sessions}
      </button>
      <select
        class="flat"
        aria-label={texts.zone}
        value={settings().zone()}
        onChange={({ currentTarget }) => settings().setZone(currentTarget.value as ZoneChoice)}
      >
        <For each={ZONES}>
          {(zone) => (
            <option value={zone} selected={zone === settings().zone()}>
              {zoneLabel(zone, view()?.hours().zone.name)}
            </option>
          )}
        </For>
      </select>
      <Choice
        label={texts.scale}
        class="flat"
        options={SCALES.map((value) => ({
          value,
          label: texts.scales[value],
          title: isCompared() ? texts.scaleOfComparison : texts.scaleTitles[value],
          isDisabled: isCompared() && value !== "percent",
        }))}
        value={settings().scale()}
        onChange={(scale) => settings().setScale(scale)}
      />
      <button type="button" class="quiet" title={texts.fitTitle} onClick={() => view()?.axis.fit()}>
        {texts.fit}
      </button>
    </div>
  );
}

function zoneLabel(zone: ZoneChoice, exchange: string | undefined): string {
  const name = zone === "local" ? localZone().name : zone === "exchange" ? exchange : undefined;
  return name === undefined
    ? texts.zones[zone]
    : texts.zoneOption(texts.zones[zone], placeOf(name));
}
