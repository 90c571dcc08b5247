import { createResource, Show } from "solid-js";
import { useApp } from "../app-store.ts";
import { readUntilAnswered } from "../read-until-answered.ts";
import { texts } from "../texts/texts.ts";
import { Choice } from "../widgets/choice.tsx";

/** The most used resolutions. The others of the symbol are in the list next to them. */
const SHOWN = ["1S", "1", "5", "15", "60", "240", "1D", "1W"];

export function ResolutionSwitch() {
  const app = useApp();
  const [supported] = createResource(app.symbol, async (symbol) => {
    if (symbol === "") return [];
    const read = () => app.market.info(symbol);
    // A resource that rejects would throw wherever it is read.
    const info = await readUntilAnswered(app.client.socket, read).catch(() => undefined);
    return info?.supported_resolutions ?? SHOWN;
  });
  const offered = () => supported.latest ?? SHOWN;
  const shown = () => {
    const few = SHOWN.filter((each) => offered().includes(each));
    return few.includes(app.charts.active().resolution())
      ? few
      : [...few, app.charts.active().resolution()];
  };
  const others = () => offered().filter((each) => !shown().includes(each));
  return (
    <div class="resolutions">
      <Choice
        label={texts.chart.resolution}
        class="flat"
        options={shown().map((value) => ({ value, label: resolutionLabel(value) }))}
        value={app.charts.active().resolution()}
        onChange={(value) => app.charts.active().setResolution(value)}
      />
      <Show when={others().length > 0}>
        <select
          class="flat"
          aria-label={texts.chart.otherResolutions}
          onChange={({ currentTarget }) => {
            if (currentTarget.value !== "") app.charts.active().setResolution(currentTarget.value);
            currentTarget.value = "";
          }}
        >
          <option value="">{texts.chart.more}</option>
          {others().map((each) => (
            <option value={each}>{resolutionLabel(each)}</option>
          ))}
        </select>
      </Show>
    </div>
  );
}

/** Return the label of a resolution: `5m` for `5`, `4h` for `240`, `1s` for `1S`. */
export function resolutionLabel(resolution: string): string {
  if (/^\d+$/.test(resolution)) {
    const minutes = Number(resolution);
    return minutes % 60 === 0 ? `${minutes / 60}h` : `${minutes}m`;
  }
  return /M$/.test(resolution) ? resolution : resolution.toLowerCase();
}
