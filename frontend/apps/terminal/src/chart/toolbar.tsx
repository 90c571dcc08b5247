import { useApp } from "../app-store.ts";
import { firstScreenPart } from "../first-screen.ts";
import { texts } from "../texts/texts.ts";
import { LayoutTools } from "../workspace/layout-tools.tsx";
import { OneClickSwitch } from "./lines/one-click-switch.tsx";
import { ResolutionSwitch } from "./resolution-switch.tsx";

const ViewTools = firstScreenPart("ViewTools");

/** The tools of the active chart. */
export function ChartToolbar() {
  const app = useApp();
  return (
    // biome-ignore lint/a11y/useSemanticElements: no element has this role
    <div class="chart-toolbar" role="group" aria-label={texts.chart.toolbar}>
      <ResolutionSwitch />
      <button type="button" class="quiet" onClick={() => app.openDialog({ name: "indicators" })}>
        {texts.chart.indicators}
      </button>
      <ViewTools />
      <OneClickSwitch />
      <LayoutTools />
    </div>
  );
}
