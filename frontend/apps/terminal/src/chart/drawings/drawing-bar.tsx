import { createEffect, createSignal, For, type JSX, on, onCleanup, Show } from "solid-js";
import { useApp } from "../../app-store.ts";
import { drawings as texts } from "../../texts/drawings.ts";
import { type DrawingKind, KINDS } from "./drawing.ts";
import { DrawingIcon, type IconName } from "./drawing-icon.tsx";
import { areUnstored, drawingsOf } from "./drawing-store.ts";
import { drawingTools } from "./drawing-tools.ts";
import { loadedDrawings } from "./drawings-of.ts";
import { PendingChoice } from "./pending-choice.ts";
import "./drawings.css";

/** The tools at the left of the charts, for the active one. A phone shows them at a button. */
export function DrawingBar() {
  const app = useApp();
  const [isOpen, setIsOpen] = createSignal(false);
  const store = () => drawingsOf(app.symbol());
  createEffect(() => {
    const { unstored: title, unstoredText: text } = texts;
    if (areUnstored()) app.notifications.show({ tone: "error", title, text });
  });
  /** What waits until the chart takes its presses. A key has no place on it, so that it adds. */
  const pending = new PendingChoice<{ tool: DrawingKind | null; adds?: DrawingKind }>();
  const choose = (event: MouseEvent, kind: DrawingKind) => {
    setIsOpen(false);
    const ready = loadedDrawings(app.charts.active());
    if (event.detail === 0) {
      // Another Enter while the drawing is loaded means the same one.
      if (pending.value?.adds === kind) return;
      const choice = { tool: drawingTools.tool(), adds: kind };
      void pending.make(choice, ready, (drawings) => {
        if (drawings.addInMiddle(kind) === null) return;
        queueMicrotask(() => document.querySelector<HTMLElement>(".drawing-handle")?.focus());
      });
      return;
    }
    const chosen = pending.value === undefined ? drawingTools.tool() : pending.value.tool;
    const tool = chosen === kind ? null : kind;
    void pending.make({ tool }, ready, () => drawingTools.choose(tool));
  };
  const onKeyDown = ({ key }: KeyboardEvent) => {
    if (key === "Escape") pending.drop();
  };
  addEventListener("keydown", onKeyDown, { capture: true });
  onCleanup(() => removeEventListener("keydown", onKeyDown, { capture: true }));
  createEffect(on([app.charts.active, app.symbol], () => pending.drop(), { defer: true }));
  return (
    <>
      <button
        type="button"
        class="drawing-open"
        aria-expanded={isOpen()}
        onClick={() => setIsOpen(!isOpen())}
      >
        {texts.open}
      </button>
      <div class="drawing-bar" role="toolbar" aria-label={texts.bar} data-open={isOpen()}>
        <Tool
          icon="cursor"
          label={texts.cursor}
          isPressed={drawingTools.tool() === null}
          onClick={() => {
            pending.drop();
            drawingTools.choose(null);
          }}
        />
        <For each={KINDS}>
          {(kind) => (
            <Tool
              icon={kind}
              label={texts.kinds[kind]}
              isPressed={drawingTools.tool() === kind}
              isDisabled={store().isFull}
              onClick={(event) => void choose(event, kind)}
            />
          )}
        </For>
        <hr />
        <Tool
          icon="magnet"
          label={texts.magnets[drawingTools.magnet()]}
          isPressed={drawingTools.magnet() !== "off"}
          onClick={() => drawingTools.nextMagnet()}
        >
          <Show when={drawingTools.magnet() === "strong"}>
            <b>2</b>
          </Show>
        </Tool>
        <Tool
          icon="undo"
          label={texts.undo}
          isDisabled={!store().canUndo()}
          onClick={() => store().undo()}
        />
        <Tool
          icon="redo"
          label={texts.redo}
          isDisabled={!store().canRedo()}
          onClick={() => store().redo()}
        />
        <Tool
          icon="lock"
          label={drawingTools.isLocked() ? texts.unlock : texts.lock}
          isPressed={drawingTools.isLocked()}
          onClick={() => drawingTools.setIsLocked(!drawingTools.isLocked())}
        />
        <Tool
          icon="hide"
          label={drawingTools.isHidden() ? texts.show : texts.hide}
          isPressed={drawingTools.isHidden()}
          onClick={() => drawingTools.setIsHidden(!drawingTools.isHidden())}
        />
        <Tool icon="list" label={texts.list} onClick={() => app.openDialog({ name: "drawings" })} />
        <Tool
          icon="remove"
          label={texts.removeAll}
          isDisabled={store().list().length === 0}
          onClick={() => {
            store().removeAll();
            drawingTools.setSelected(null);
          }}
        />
      </div>
    </>
  );
}

function Tool(props: {
  icon: IconName;
  label: string;
  isPressed?: boolean;
  isDisabled?: boolean;
  children?: JSX.Element;
  onClick(event: MouseEvent): void;
}) {
  return (
    <button
      type="button"
      class="quiet"
      aria-label={props.label}
      title={props.label}
      aria-pressed={props.isPressed}
      disabled={props.isDisabled ?? false}
      onClick={(event) => props.onClick(event)}
    >
      <DrawingIcon name={props.icon} />
      {props.children}
    </button>
  );
}
