import { createEffect, createMemo, For, on, onCleanup, onMount, Show } from "solid-js";
import { useApp } from "../../app-store.ts";
import { createZone } from "../../market/zone.ts";
import { drawings as texts } from "../../texts/drawings.ts";
import type { ChartStore } from "../chart-store.ts";
import type { PriceChart } from "../price-chart.ts";
import { ChartDrawings, type Step } from "./chart-drawings.ts";
import { type Drawing, POINT_COUNT } from "./drawing.ts";
import { DrawingIcon, type IconName } from "./drawing-icon.tsx";
import { drawingLabel, pointLabel } from "./drawing-label.ts";
import { drawingTools } from "./drawing-tools.ts";
import "./drawings.css";
import { setChartDrawings } from "./drawings-of.ts";
import { handlesOf } from "./geometry.ts";

export interface ChartDrawingsViewProps {
  chart: ChartStore;
  price: PriceChart;
  /** The element around the canvases of the chart. */
  element: HTMLElement;
}

const FAR_STEP = 10;

/** The drawings of a chart, and the handles and buttons of the selected one. */
export default function ChartDrawingsView(props: ChartDrawingsViewProps) {
  const app = useApp();
  const isActive = () => app.charts.active() === props.chart;
  const edit = ({ id }: Drawing) => app.openDialog({ name: "drawings", id });
  const drawings = new ChartDrawings({
    chart: props.chart,
    price: props.price,
    element: props.element,
    onReady: () => {
      if (!isRemoved) setChartDrawings(props.chart, drawings);
    },
    onActivate: () => app.charts.activate(props.chart),
    onEdit: edit,
  });
  let isRemoved = false;
  onCleanup(() => {
    isRemoved = true;
    setChartDrawings(props.chart, null);
    drawings.remove();
  });
  createEffect(() => drawings.show());
  createEffect(
    on(props.chart.symbol, () => {
      drawings.cancel();
      if (isActive()) drawingTools.setSelected(null);
    }),
  );
  const selected = createMemo(() =>
    isActive() && !drawingTools.isHidden() ? drawings.selected : undefined,
  );
  const handles = createMemo(() => {
    const drawing = selected();
    drawings.frame();
    const { projection } = drawings;
    if (drawing === undefined || projection === null) return [];
    const { width, height } = projection;
    return handlesOf(drawing, projection).map(({ x, y }) => ({
      ...{ x, y },
      isVisible: x >= 0 && x <= width && y >= 0 && y <= height,
    }));
  });
  const zone = createZone(() => props.price.symbol);
  const nameOf = (drawing: Drawing) => drawingLabel(drawing, drawings.store.list());
  const press = (event: KeyboardEvent, handle: number | null) => {
    const drawing = selected();
    const step = stepOf(event);
    if (drawing === undefined || step === null) return;
    event.preventDefault();
    event.stopPropagation();
    drawings.step(drawing, handle, step);
  };

  onMount(() => {
    const onKeyDown = (event: KeyboardEvent) => {
      if (!isActive() || app.dialog() !== null || isTyping(event)) return;
      if (pressOf(event, drawings, selected())) {
        event.preventDefault();
        event.stopPropagation();
      }
    };
    addEventListener("keydown", onKeyDown, { capture: true });
    onCleanup(() => removeEventListener("keydown", onKeyDown, { capture: true }));
  });

  return (
    <div class="drawing-layer">
      <Show when={selected()}>
        {(drawing) => (
          <>
            <SelectedDrawing
              drawing={drawing()}
              name={nameOf(drawing())}
              onKeyDown={(event) => press(event, null)}
              onLock={() => drawings.store.put({ ...drawing(), isLocked: !drawing().isLocked })}
              onEdit={() => edit(drawing())}
              onRemove={() => remove(drawings, drawing())}
            />
            <Show when={drawings.isMovable(drawing())}>
              <For each={drawing().points.map((_, index) => index)}>
                {(index) => (
                  <button
                    type="button"
                    class="drawing-handle"
                    hidden={!(handles()[index]?.isVisible ?? false)}
                    style={{
                      transform: `translate(${handles()[index]?.x ?? 0}px, ${handles()[index]?.y ?? 0}px)`,
                    }}
                    aria-label={pointLabel(
                      drawing(),
                      index,
                      nameOf(drawing()),
                      props.price.decimals,
                      zone(),
                    )}
                    onPointerDown={(event) => {
                      event.preventDefault();
                      event.currentTarget.focus();
                      drawings.dragHandle(event, drawing(), index);
                    }}
                    onKeyDown={(event) => press(event, index)}
                  />
                )}
              </For>
            </Show>
          </>
        )}
      </Show>
      <Show when={isActive() && drawingTools.tool()}>
        {(tool) => (
          <div class="drawing-hint">
            <span role="status">{texts.hint(texts.kinds[tool()], POINT_COUNT[tool()])}</span>
            <button
              type="button"
              onClick={() => {
                drawings.cancel();
                drawingTools.choose(null);
              }}
            >
              {texts.cancel}
            </button>
          </div>
        )}
      </Show>
    </div>
  );
}

function SelectedDrawing(props: {
  drawing: Drawing;
  name: string;
  onKeyDown(event: KeyboardEvent): void;
  onLock(): void;
  onEdit(): void;
  onRemove(): void;
}) {
  return (
    <div class="drawing-buttons" role="toolbar" aria-label={texts.selected(props.name)}>
      <span>{props.name}</span>
      <Action icon="move" label={texts.move(props.name)} onKeyDown={props.onKeyDown} />
      <Action icon="edit" label={texts.edit(props.name)} onClick={props.onEdit} />
      <Action
        icon="lock"
        label={texts.lockOne(props.name)}
        isPressed={props.drawing.isLocked}
        onClick={props.onLock}
      />
      <Action icon="remove" label={texts.remove(props.name)} onClick={props.onRemove} />
    </div>
  );
}

function Action(props: {
  icon: IconName;
  label: string;
  isPressed?: boolean;
  onClick?(): void;
  onKeyDown?(event: KeyboardEvent): void;
}) {
  return (
    <button
      type="button"
      class="quiet"
      aria-label={props.label}
      title={props.label}
      aria-pressed={props.isPressed}
      onClick={() => props.onClick?.()}
      onKeyDown={(event) => props.onKeyDown?.(event)}
    >
      <DrawingIcon name={props.icon} />
    </button>
  );
}

function remove(drawings: ChartDrawings, drawing: Drawing): void {
  drawings.store.remove(drawing.id);
  drawingTools.setSelected(null);
}

/** Return the step of an arrow key, ten times as far with Shift; null for another key. */
function stepOf({ key, shiftKey }: KeyboardEvent): Step | null {
  const far = shiftKey ? FAR_STEP : 1;
  const steps: Record<string, Step> = {
    ArrowLeft: { bars: -far, ticks: 0 },
    ArrowRight: { bars: far, ticks: 0 },
    ArrowUp: { bars: 0, ticks: far },
    ArrowDown: { bars: 0, ticks: -far },
  };
  return steps[key] ?? null;
}

/** Do what a key means for the drawings of the active chart. Return whether it means anything. */
function pressOf(
  event: KeyboardEvent,
  drawings: ChartDrawings,
  selected: Drawing | undefined,
): boolean {
  const key = event.key.toLowerCase();
  if (event.ctrlKey || event.metaKey) {
    if (event.altKey || (key !== "z" && key !== "y")) return false;
    if (key === "y" || event.shiftKey) drawings.store.redo();
    else drawings.store.undo();
    return true;
  }
  if (key === "escape") {
    const wasDrawing = drawings.cancel() || drawingTools.tool() !== null;
    if (!wasDrawing && selected === undefined) return false;
    drawingTools.choose(null);
    return true;
  }
  if ((key === "delete" || key === "backspace") && selected && drawings.isMovable(selected)) {
    remove(drawings, selected);
    return true;
  }
  return false;
}

function isTyping({ target }: KeyboardEvent): boolean {
  return (
    target instanceof HTMLElement && target.matches("input:not([type=checkbox]), select, textarea")
  );
}
