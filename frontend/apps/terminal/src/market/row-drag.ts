import { type Accessor, createSignal, onCleanup } from "solid-js";

/** A row that is dragged, and the index of the row before which it would be dropped. */
export interface Drag {
  symbol: string;
  before: number;
}

export interface RowDragOptions {
  /** The element that scrolls the rows. */
  scroller(): HTMLElement;
  /** The height above the first row, and that of each row. */
  headHeight(): number;
  rowHeight: number;
  count(): number;
  onDrop(drag: Drag): void;
}

/** A mouse that moves less than this is a click. */
const THRESHOLD_PX = 6;
/** Within this distance of an edge, the list scrolls by this much in each frame. */
const EDGE_PX = 32;
const SCROLL_PX = 8;

/** Return the drag of a list's rows, and what starts it. Escape cancels a drag. */
export function createRowDrag(options: RowDragOptions): {
  drag: Accessor<Drag | null>;
  start(event: PointerEvent, symbol: string): void;
} {
  const [drag, setDrag] = createSignal<Drag | null>(null);
  let stop = () => {};
  onCleanup(() => stop());

  const start = (down: PointerEvent, symbol: string) => {
    stop();
    let y = down.clientY;
    let frame = 0;
    const update = () => {
      const scroller = options.scroller();
      const { top, bottom } = scroller.getBoundingClientRect();
      if (y < top + options.headHeight() + EDGE_PX) scroller.scrollTop -= SCROLL_PX;
      else if (y > bottom - EDGE_PX) scroller.scrollTop += SCROLL_PX;
      const rows = (y - top - options.headHeight() + scroller.scrollTop) / options.rowHeight;
      const before = Math.max(0, Math.min(options.count(), Math.round(rows)));
      if (drag()?.before !== before) setDrag({ symbol, before });
      frame = requestAnimationFrame(update);
    };
    const onMove = (event: PointerEvent) => {
      if (event.pointerId !== down.pointerId) return;
      y = event.clientY;
      const isDrag = down.pointerType !== "mouse" || Math.abs(y - down.clientY) >= THRESHOLD_PX;
      if (frame === 0 && isDrag) update();
    };
    const onUp = (event: PointerEvent) => {
      if (event.pointerId !== down.pointerId) return;
      const dropped = drag();
      stop();
      if (dropped === null) return;
      preventClick();
      options.onDrop(dropped);
    };
    const onKeyDown = (event: KeyboardEvent) => {
      if (event.key !== "Escape" || drag() === null) return;
      event.preventDefault();
      stop();
      preventClick();
    };
    addEventListener("pointermove", onMove);
    addEventListener("pointerup", onUp);
    addEventListener("pointercancel", stopHere);
    addEventListener("keydown", onKeyDown, { capture: true });
    function stopHere() {
      cancelAnimationFrame(frame);
      setDrag(null);
      removeEventListener("pointermove", onMove);
      removeEventListener("pointerup", onUp);
      removeEventListener("pointercancel", stopHere);
      removeEventListener("keydown", onKeyDown, { capture: true });
      stop = () => {};
    }
    stop = stopHere;
  };
  return { drag, start };
}

/** Ignore the click at the end of a drag. */
function preventClick(): void {
  const ignore = (event: MouseEvent) => {
    event.preventDefault();
    event.stopPropagation();
  };
  addEventListener("click", ignore, { capture: true, once: true });
  setTimeout(() => removeEventListener("click", ignore, { capture: true }), 50);
}
