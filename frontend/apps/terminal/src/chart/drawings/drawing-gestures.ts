import { type Drawing, type DrawingKind, type DrawingPoint, POINT_COUNT } from "./drawing.ts";
import { movedBy, type Place, type Projection, withPoint } from "./geometry.ts";

/** The distance within which a pointer selects a drawing, in pixels. */
const REACH_PX = { mouse: 6, touch: 16 };
/** A press that moves less than this is a click or a tap. */
const CLICK_PX = 5;

export interface DrawingGesturesOptions {
  projection(): Projection | null;
  find(place: Place, distance: number): Drawing | null;
  /** Return the point of a place, at a bar and on the price grid, or at what attracts it. */
  pointAt(place: Place, isFree: boolean): DrawingPoint | null;
  tool(): DrawingKind | null;
  /** Return a drawing of points, before it is stored. */
  create(kind: DrawingKind, points: readonly DrawingPoint[]): Drawing;
  isSelected(drawing: Drawing): boolean;
  isMovable(drawing: Drawing): boolean;
  onSelect(drawing: Drawing | null): void;
  /** Called with a drawing that is being drawn or moved, or null when that ends. */
  onDraft(drawing: Drawing | null): void;
  onCreated(drawing: Drawing): void;
  onMoved(drawing: Drawing): void;
  onDoubleClick(drawing: Drawing): void;
}

interface Creation {
  kind: DrawingKind;
  placed: DrawingPoint[];
  next: DrawingPoint;
}

interface Drag {
  drawing: Drawing;
  /** The point that is moved; null to move the whole drawing. */
  handle: number | null;
  start: DrawingPoint;
}

/**
 * Draws, selects and moves drawings by mouse, touch or pen on the element around a chart. What it
 * takes does not reach the engine, and a drag goes on outside of the element until its release.
 */
export class DrawingGestures {
  readonly #element: HTMLElement;
  readonly #options: DrawingGesturesOptions;
  readonly #listeners = new AbortController();
  #creation: Creation | null = null;
  #drag: Drag | null = null;
  #pointer: number | null = null;
  #pressed: Place | null = null;
  #hasMoved = false;
  /** A finger that did not take the drawing under it, because it may scroll the chart. */
  #tapped: { pointer: number; drawing: Drawing | null } | null = null;

  constructor(element: HTMLElement, options: DrawingGesturesOptions) {
    this.#element = element;
    this.#options = options;
    const { signal } = this.#listeners;
    const listen = (type: keyof HTMLElementEventMap, listener: (event: never) => void) =>
      element.addEventListener(type, listener as EventListener, { capture: true, signal });
    listen("pointerdown", (event: PointerEvent) => this.#press(event));
    listen("pointermove", (event: PointerEvent) => this.#move(event));
    listen("pointerup", (event: PointerEvent) => this.#release(event));
    listen("pointercancel", (event: PointerEvent) => this.#lose(event));
    listen("lostpointercapture", (event: PointerEvent) => this.#lose(event));
    listen("dblclick", (event: MouseEvent) => this.#doubleClick(event));
    // The engine listens to these.
    const withhold = (event: Event) => {
      if (this.#pointer === null) return;
      event.stopPropagation();
      if (event.cancelable) event.preventDefault();
    };
    for (const type of ["mousedown", "touchstart", "touchmove"])
      element.addEventListener(type, withhold, { capture: true, passive: false, signal });
  }

  remove(): void {
    this.cancel();
    this.#listeners.abort();
  }

  /** End what is being drawn or moved, without a change. */
  cancel(): void {
    const isActive = this.isActive;
    this.#creation = null;
    this.#drag = null;
    this.#pointer = null;
    if (isActive) this.#options.onDraft(null);
  }

  get isActive(): boolean {
    return this.#creation !== null || this.#drag !== null;
  }

  /** Begin to move a point of a drawing by a pointer that pressed its handle. */
  dragHandle(event: PointerEvent, drawing: Drawing, handle: number | null): void {
    const point = this.#options.pointAt(this.#placeOf(event), true);
    if (event.button !== 0 || point === null || !this.#options.isMovable(drawing)) return;
    this.#startDrag(event, { drawing, handle, start: point });
  }

  #press(event: PointerEvent): void {
    this.#tapped = null;
    if (event.button !== 0 || !event.isPrimary || !this.#isOnPane(event)) return;
    const place = this.#placeOf(event);
    const tool = this.#options.tool();
    if (tool !== null) {
      const point = this.#options.pointAt(place, event.ctrlKey);
      if (point === null) return;
      this.#take(event);
      this.#creation ??= { kind: tool, placed: [], next: point };
      this.#creation.next = point;
      if (this.#creation.placed.length === 0) this.#creation.placed.push(point);
      this.#showCreation();
      return;
    }
    const isTouch = event.pointerType === "touch";
    const drawing = this.#options.find(place, isTouch ? REACH_PX.touch : REACH_PX.mouse);
    if (isTouch && (drawing === null || !this.#options.isSelected(drawing))) {
      this.#tapped = { pointer: event.pointerId, drawing };
      this.#pressed = place;
      return;
    }
    this.#options.onSelect(drawing);
    const start = this.#options.pointAt(place, true);
    if (drawing === null || start === null) return;
    if (this.#options.isMovable(drawing)) this.#startDrag(event, { drawing, handle: null, start });
  }

  #startDrag(event: PointerEvent, drag: Drag): void {
    this.#drag = drag;
    this.#take(event);
  }

  #take(event: PointerEvent): void {
    this.#pointer = event.pointerId;
    this.#pressed = this.#placeOf(event);
    this.#hasMoved = false;
    this.#element.setPointerCapture(event.pointerId);
  }

  #move(event: PointerEvent): void {
    const place = this.#placeOf(event);
    if (this.#pressed !== null && distance(place, this.#pressed) > CLICK_PX) {
      this.#hasMoved = true;
      this.#tapped = null;
    }
    if (this.#drag !== null && event.pointerId === this.#pointer) this.#moveDrag(place, event);
    else if (this.#creation !== null) {
      const point = this.#options.pointAt(place, event.ctrlKey);
      if (point === null) return;
      this.#creation.next = point;
      this.#showCreation();
    } else if (event.pointerType === "mouse" && event.buttons === 0) this.#hover(event, place);
  }

  #moveDrag(place: Place, event: PointerEvent): void {
    const projection = this.#options.projection();
    const drag = this.#drag;
    if (drag === null || projection === null || !this.#hasMoved) return;
    const { drawing, handle, start } = drag;
    const inside = { ...place, y: Math.min(Math.max(place.y, 0), projection.height) };
    const point = this.#options.pointAt(inside, handle === null || event.ctrlKey);
    if (point === null) return;
    const bars = projection.indexOf(point.time) - projection.indexOf(start.time);
    this.#options.onDraft(
      handle === null
        ? movedBy(drawing, bars, point.price - start.price, projection)
        : withPoint(drawing, handle, point),
    );
  }

  #hover(event: PointerEvent, place: Place): void {
    const drawing = this.#isOnPane(event) ? this.#options.find(place, REACH_PX.mouse) : null;
    const cursor = this.#options.tool() !== null ? "draw" : drawing === null ? "" : "drawing";
    if (this.#element.dataset.cursor !== cursor) this.#element.dataset.cursor = cursor;
  }

  #release(event: PointerEvent): void {
    if (this.#tapped?.pointer === event.pointerId) {
      const { drawing } = this.#tapped;
      this.#tapped = null;
      this.#pressed = null;
      this.#options.onSelect(drawing);
      return;
    }
    if (event.pointerId !== this.#pointer) return;
    this.#pointer = null;
    this.#pressed = null;
    if (this.#drag !== null) this.#endDrag(event);
    else if (this.#creation !== null) this.#place();
  }

  #endDrag(event: PointerEvent): void {
    const { drawing } = this.#drag as Drag;
    this.#moveDrag(this.#placeOf(event), event);
    this.#drag = null;
    if (this.#hasMoved) this.#options.onMoved(drawing);
    this.#options.onDraft(null);
  }

  /** Place the next point of the drawing. A first press that did not move placed the first one. */
  #place(): void {
    const creation = this.#creation as Creation;
    const { kind, placed, next } = creation;
    const isFirst = placed.length === 1 && !this.#hasMoved && placed[0] === next;
    if (!isFirst && placed.length < POINT_COUNT[kind]) placed.push(next);
    if (placed.length < POINT_COUNT[kind]) {
      // A channel shows its second line while that is moved.
      this.#showCreation();
      return;
    }
    const drawing = this.#drawingOf(creation);
    this.#creation = null;
    this.#options.onDraft(null);
    this.#options.onCreated(drawing);
  }

  #showCreation(): void {
    if (this.#creation !== null) this.#options.onDraft(this.#drawingOf(this.#creation));
  }

  #drawingOf({ kind, placed, next }: Creation): Drawing {
    const points = Array.from({ length: POINT_COUNT[kind] }, (_, index) => placed[index] ?? next);
    return this.#options.create(kind, points);
  }

  #lose(event: PointerEvent): void {
    if (this.#tapped?.pointer === event.pointerId) this.#tapped = null;
    // A release ends the capture too, and it was handled before.
    if (event.pointerId === this.#pointer) this.cancel();
  }

  #doubleClick(event: MouseEvent): void {
    if (this.#options.tool() !== null) return;
    const drawing = this.#options.find(this.#placeOf(event), REACH_PX.mouse);
    if (drawing === null) return;
    event.stopPropagation();
    this.#options.onDoubleClick(drawing);
  }

  /** Return whether a press is on the pane, and not on a line of an order, which is over it. */
  #isOnPane(event: PointerEvent): boolean {
    if (event.target instanceof Element && event.target.closest(".price-lines") !== null)
      return false;
    const projection = this.#options.projection();
    const { x, y } = this.#placeOf(event);
    return (
      projection !== null && x >= 0 && x <= projection.width && y >= 0 && y <= projection.height
    );
  }

  #placeOf({ clientX, clientY }: MouseEvent): Place {
    const { left, top } = this.#element.getBoundingClientRect();
    return { x: clientX - left, y: clientY - top };
  }
}

const distance = (a: Place, b: Place): number => Math.hypot(a.x - b.x, a.y - b.y);
