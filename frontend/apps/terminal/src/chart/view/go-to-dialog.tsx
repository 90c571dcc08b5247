import { createSignal, createUniqueId, onCleanup, Show } from "solid-js";
import { useApp } from "../../app-store.ts";
import { messageOf } from "../../error-messages.ts";
import { quantity } from "../../format.ts";
import { view as texts } from "../../texts/view.ts";
import { Dialog } from "../../widgets/dialog.tsx";
import { resolutionLabel } from "../resolution-switch.tsx";
import { isIntraday } from "./resolution.ts";
import { barTime } from "./time-axis.ts";
import type { Arrival } from "./time-window.ts";
import { placeOf, UTC } from "./time-zone.ts";
import "./view.css";
import { viewOf } from "./view-of.ts";

/** Asks for a date, and shows its bars on the active chart. */
export default function GoToDialog() {
  const app = useApp();
  const store = app.charts.active();
  const [dateId, timeId] = [createUniqueId(), createUniqueId()];
  const view = () => viewOf(store);
  const hasTime = isIntraday(store.resolution());
  const zone = () => (hasTime ? (view()?.zone() ?? UTC) : UTC);
  const shown = new Date(zone().wall(view()?.visible()?.to ?? Date.now())).toISOString();
  const [date, setDate] = createSignal(shown.slice(0, 10));
  const [time, setTime] = createSignal("00:00");
  const [problem, setProblem] = createSignal("");
  const [isLoading, setIsLoading] = createSignal(false);
  onCleanup(() => isLoading() && view()?.time.cancel());

  const textOf = (arrival: Arrival): string => {
    switch (arrival.kind) {
      case "before":
        return texts.before(store.symbol(), barTime(arrival.firstMs, store.resolution(), zone()));
      case "far":
        return texts.tooFar(resolutionLabel(arrival.resolution ?? store.resolution()));
      case "failed":
        return texts.loadFailed(messageOf(arrival.reason));
      default:
        return "";
    }
  };
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    const wall = Date.parse(`${date()}T${hasTime ? time() : "00:00"}Z`);
    const shown = view();
    if (isLoading() || Number.isNaN(wall) || shown === null) return;
    setProblem("");
    setIsLoading(true);
    try {
      const arrival = await shown.time.goTo(zone().instant(wall));
      setProblem(textOf(arrival));
      if (arrival.kind === "shown") app.openDialog(null);
    } finally {
      setIsLoading(false);
    }
  };
  return (
    <Dialog title={texts.goTo} onClose={() => app.openDialog(null)}>
      <form onSubmit={submit}>
        <div class="field">
          <label for={dateId}>{texts.date}</label>
          <input
            id={dateId}
            type="date"
            required
            value={date()}
            onInput={({ currentTarget }) => setDate(currentTarget.value)}
          />
        </div>
        <Show when={hasTime}>
          <div class="field">
            <label for={timeId}>{texts.time}</label>
            <input
              id={timeId}
              type="time"
              required
              value={time()}
              onInput={({ currentTarget }) => setTime(currentTarget.value)}
            />
            <span class="hint">{texts.timesAreOf(placeOf(zone().name))}</span>
          </div>
        </Show>
        <p class="go-to-status" role="status">
          <Show when={isLoading()}>{texts.loading(quantity(view()?.time.loaded() ?? 0))}</Show>
        </p>
        <Show when={problem() !== ""}>
          <p class="problem" role="alert">
            {problem()}
          </p>
        </Show>
        <footer>
          <button type="button" onClick={() => app.openDialog(null)}>
            {isLoading() ? texts.cancel : texts.close}
          </button>
          <button type="submit" class="primary" disabled={isLoading()}>
            {texts.go}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
