import { texts } from "../texts/texts.ts";
import { ResolutionSwitch } from "./resolution-switch.tsx";

/** The tools of the active chart. */
export function ChartToolbar() {
  return (
    // biome-ignore lint/a11y/useSemanticElements: no element has this role
    <div class="chart-toolbar" role="group" aria-label={texts.chart.toolbar}>
      <ResolutionSwitch />
    </div>
  );
}
