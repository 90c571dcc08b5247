import { For } from "solid-js";
import { useApp } from "../../app-store.ts";
import { messageOf } from "../../error-messages.ts";
import { view as texts } from "../../texts/view.ts";
import "./view.css";
import { loadPart } from "../../part.ts";
import { Icon } from "../../widgets/icon.tsx";
import { viewOf } from "./view-of.ts";
import { CHART_TYPES, type ChartType, ViewSettings } from "./view-settings.ts";

/** The tools of the active chart's view, in the toolbar. */
export function ViewTools() {
  const app = useApp();
  const settings = () => new ViewSettings(app.charts.active());
  const saveScreenshot = async () => {
    const view = viewOf(app.charts.active());
    if (view === null) return;
    try {
      const loaded = await loadPart(() => import("./screenshot.ts"));
      await loaded?.saveScreenshot(view);
    } catch (error) {
      const title = texts.screenshotFailed;
      app.notifications.show({ tone: "error", title, text: messageOf(error) });
    }
  };
  return (
    <>
      <select
        class="flat chart-type"
        aria-label={texts.type}
        value={settings().type()}
        onChange={({ currentTarget }) => settings().setType(currentTarget.value as ChartType)}
      >
        <For each={CHART_TYPES}>
          {(type) => (
            <option value={type} selected={type === settings().type()}>
              {texts.types[type]}
            </option>
          )}
        </For>
      </select>
      <button type="button" class="quiet" onClick={() => app.openDialog({ name: "compare" })}>
        {texts.compare}
      </button>
      <button
        type="button"
        class="quiet icon"
        aria-label={texts.screenshot}
        title={texts.screenshot}
        onClick={() => void saveScreenshot()}
      >
        <Icon path="M1.5 4.5h3l1-2h5l1 2h3v9h-13zM8 11a2.3 2.3 0 1 0 0-4.6 2.3 2.3 0 0 0 0 4.6z" />
      </button>
    </>
  );
}
