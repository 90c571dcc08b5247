/** What opens the menu of a chart, in the coordinates of the viewport. */
export interface MenuGesture {
  x: number;
  y: number;
}

export interface ChartGestureOptions {
  /** The elements of the chart's canvas, on which a pointer opens the menu. */
  isCanvas(target: Element): boolean;
  onPointer(gesture: MenuGesture): void;
  /** Called for the menu key or Shift+F10. */
  onKey(): void;
}

const LONG_PRESS_MS = 500;
/** A finger that moves farther before that scrolls the chart. */
const SCROLL_PX = 10;

/**
 * Calls back for a right click, a long press and the keys of context menus on an element. A finger
 * may move the crosshair after a long press; the menu opens where it is lifted.
 */
export function listenForMenu(element: HTMLElement, options: ChartGestureOptions): () => void {
  const listeners = new AbortController();
  const { signal } = listeners;
  let timer: ReturnType<typeof setTimeout> | undefined;
  let first: Touch | undefined;
  let isLong = false;
  const stopPress = () => {
    clearTimeout(timer);
    first = undefined;
    isLong = false;
  };
  element.addEventListener(
    "contextmenu",
    (event) => {
      const { target, clientX: x, clientY: y } = event;
      if (!(target instanceof Element) || !options.isCanvas(target)) return;
      event.preventDefault();
      // A key and a long press are handled below.
      if (isOfPointer(event as Partial<PointerEvent>)) options.onPointer({ x, y });
    },
    { signal },
  );
  element.addEventListener(
    "keydown",
    (event) => {
      if (event.key !== "ContextMenu" && !(event.key === "F10" && event.shiftKey)) return;
      event.preventDefault();
      event.stopPropagation();
      options.onKey();
    },
    { signal },
  );
  element.addEventListener(
    "touchstart",
    ({ target, touches, changedTouches: [touch] }) => {
      stopPress();
      if (!(target instanceof Element) || !options.isCanvas(target) || touches.length !== 1) return;
      first = touch;
      timer = setTimeout(() => {
        isLong = true;
      }, LONG_PRESS_MS);
    },
    { signal, passive: true },
  );
  element.addEventListener(
    "touchmove",
    ({ changedTouches: [touch] }) => {
      if (isLong || first === undefined || touch === undefined) return;
      const moved = Math.hypot(touch.clientX - first.clientX, touch.clientY - first.clientY);
      if (moved > SCROLL_PX) stopPress();
    },
    { signal, passive: true },
  );
  element.addEventListener(
    "touchend",
    (event) => {
      const [touch] = event.changedTouches;
      if (isLong && touch !== undefined) {
        // A click would follow, on what the menu shows under the finger.
        if (event.cancelable) event.preventDefault();
        options.onPointer({ x: touch.clientX, y: touch.clientY });
      }
      stopPress();
    },
    { signal },
  );
  element.addEventListener("touchcancel", stopPress, { signal });
  return () => {
    stopPress();
    listeners.abort();
  };
}

/** Return whether a mouse or a pen asks for the menu. Older browsers report only the button. */
const isOfPointer = ({ pointerType, button, ctrlKey }: Partial<PointerEvent>): boolean =>
  pointerType === undefined
    ? button === 2 || ctrlKey === true
    : pointerType === "mouse" || pointerType === "pen";
