import { Show } from "solid-js";
import { useApp } from "../app-store.ts";
import { texts } from "../texts/texts.ts";
import { Icon } from "../widgets/icon.tsx";
import { windowKind } from "./window-kind.ts";

/** Opens the layouts. A phone, which shows one chart at a time, has a button for the next one. */
export function LayoutTools() {
  const app = useApp();
  const count = () => app.charts.all().length;
  const place = () => app.charts.placeOf(app.charts.active());
  return (
    <div class="layout-tools">
      <Show when={windowKind() === "phone" && count() > 1}>
        <button
          type="button"
          class="quiet"
          aria-label={texts.workspace.showNextChart(place(), count())}
          onClick={() => app.charts.activateNext(1)}
        >
          {texts.workspace.chartOf(place(), count())}
        </button>
      </Show>
      <button
        type="button"
        class="quiet icon"
        aria-label={texts.workspace.layouts}
        title={texts.workspace.open}
        aria-keyshortcuts="W"
        onClick={() => app.openDialog({ name: "layout" })}
      >
        <Icon path="M2 2.5h12v11H2zM2 8h12M8 2.5v11" />
      </button>
    </div>
  );
}
