import "./layout-dialog.css";
import { createSignal, For, Show } from "solid-js";
import { useApp } from "../app-store.ts";
import type { Grid } from "../chart/chart-store.ts";
import { layoutDialog } from "../texts/layout-dialog.ts";
import { texts } from "../texts/texts.ts";
import { Choice } from "../widgets/choice.tsx";
import { Dialog } from "../widgets/dialog.tsx";
import { LAYOUTS_MAX, Layouts, NAME_LENGTH_MAX } from "./layouts.ts";
import { windowKind } from "./window-kind.ts";
import type { PaneName } from "./workspace.ts";

const { workspace: text } = texts;

const GRID_OPTIONS: readonly { value: Grid; label: string; title: string }[] = [
  { value: "one", label: layoutDialog.grid.one, title: layoutDialog.gridTitle.one },
  { value: "columns", label: layoutDialog.grid.columns, title: layoutDialog.gridTitle.columns },
  { value: "rows", label: layoutDialog.grid.rows, title: layoutDialog.gridTitle.rows },
  { value: "four", label: layoutDialog.grid.four, title: layoutDialog.gridTitle.four },
];

/** The number of charts, the panes that are shown, and the saved layouts. */
export default function LayoutDialog() {
  const app = useApp();
  const { charts, workspace } = app;
  const layouts = new Layouts(app);
  const panes = (): readonly PaneName[] =>
    windowKind() === "wide" ? ["watchlist", "side", "panels"] : ["side", "panels"];
  return (
    <Dialog title={text.layouts} class="layout-dialog" onClose={() => app.openDialog(null)}>
      <fieldset>
        <legend>{layoutDialog.charts}</legend>
        <Choice
          label={layoutDialog.charts}
          options={GRID_OPTIONS}
          value={charts.grid()}
          onChange={charts.setGrid}
        />
        <label class="check">
          <input
            type="checkbox"
            checked={charts.isCrosshairLinked()}
            onChange={({ currentTarget }) => charts.setCrosshairLinked(currentTarget.checked)}
          />
          {layoutDialog.linkCrosshair}
        </label>
        <p class="muted">
          {windowKind() === "phone" ? layoutDialog.phoneHint : layoutDialog.linkHint}
        </p>
      </fieldset>
      <Show when={windowKind() !== "phone"}>
        <fieldset>
          <legend>{layoutDialog.shownPanes}</legend>
          <For each={panes()}>
            {(pane) => (
              <label class="check">
                <input
                  type="checkbox"
                  checked={!workspace.isHidden(pane)}
                  onChange={({ currentTarget }) =>
                    workspace.setHidden(pane, !currentTarget.checked)
                  }
                />
                {text.panes[pane]}
              </label>
            )}
          </For>
          <button type="button" onClick={() => layouts.reset()}>
            {layoutDialog.reset}
          </button>
        </fieldset>
      </Show>
      <SavedLayouts layouts={layouts} />
    </Dialog>
  );
}

function SavedLayouts(props: { layouts: Layouts }) {
  const app = useApp();
  const [name, setName] = createSignal("");
  const [problem, setProblem] = createSignal("");
  /** The layout that is being renamed, or empty. */
  const [renamed, setRenamed] = createSignal("");
  const { layouts } = props;
  const trimmed = () => name().trim();
  const isKnown = () => layouts.names.includes(trimmed());

  const submit = (event: Event) => {
    event.preventDefault();
    if (trimmed() === "") return;
    const isDone =
      renamed() === "" ? layouts.save(trimmed()) : layouts.rename(renamed(), trimmed());
    setProblem(
      isDone ? "" : renamed() === "" ? layoutDialog.noRoom(LAYOUTS_MAX) : layoutDialog.nameIsUsed,
    );
    if (!isDone) return;
    setRenamed("");
    setName("");
  };
  const rename = (layout: string) => {
    setRenamed(layout);
    setName(layout);
    document.getElementById("layout-name")?.focus();
  };
  return (
    <fieldset>
      <legend>{layoutDialog.saved}</legend>
      <ul class="layouts">
        <For each={layouts.names} fallback={<li class="muted">{layoutDialog.noneSaved}</li>}>
          {(layout) => (
            <li>
              <button
                type="button"
                class="name"
                aria-current={layouts.current() === layout}
                onClick={() => {
                  layouts.load(layout);
                  app.openDialog(null);
                }}
              >
                {layout}
              </button>
              <button type="button" class="quiet" onClick={() => rename(layout)}>
                {layoutDialog.rename} <span class="hidden">{layout}</span>
              </button>
              <button type="button" class="quiet" onClick={() => layouts.remove(layout)}>
                {layoutDialog.remove} <span class="hidden">{layout}</span>
              </button>
            </li>
          )}
        </For>
      </ul>
      <form onSubmit={submit}>
        <label for="layout-name">
          {renamed() === "" ? layoutDialog.saveAs : layoutDialog.renameTo(renamed())}
        </label>
        <div>
          <input
            id="layout-name"
            autocomplete="off"
            maxlength={NAME_LENGTH_MAX}
            value={name()}
            aria-describedby="layout-problem"
            onInput={({ currentTarget }) => setName(currentTarget.value)}
          />
          <button type="submit" disabled={trimmed() === ""}>
            {renamed() !== ""
              ? layoutDialog.rename
              : isKnown()
                ? layoutDialog.replace
                : layoutDialog.save}
          </button>
        </div>
        <p id="layout-problem" class="problem" role="status">
          {problem()}
        </p>
      </form>
    </fieldset>
  );
}
