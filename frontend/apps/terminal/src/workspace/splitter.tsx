import "./splitter.css";
import { createEffect, createSignal, onCleanup, onMount } from "solid-js";
import { useApp } from "../app-store.ts";
import { texts } from "../texts/texts.ts";
import { windowKind } from "./window-kind.ts";
import type { PaneName } from "./workspace.ts";

/** Where a pane is, along which axis it grows, and by how much with each pixel to the right or down. */
const PLACES: Record<PaneName, { selector: string; axis: "x" | "y"; growth: 1 | -1; min: number }> =
  {
    watchlist: { selector: ".watchlist", axis: "x", growth: 1, min: 180 },
    side: { selector: ".ticket", axis: "x", growth: -1, min: 252 },
    panels: { selector: ".panels", axis: "y", growth: -1, min: 100 },
    lower: { selector: ".market", axis: "y", growth: -1, min: 100 },
  };
/** The part of the window that a pane may take. The style sheet has the same bound. */
const PART_MAX = { x: 0.4, y: 0.7 };
const STEP_PX = 16;

/**
 * The edge of a pane, which changes its size: drag it, or use the arrow keys. Enter hides or shows
 * the pane, and so does a drag far below the least size. A double click restores the usual size.
 */
export function Splitter(props: { pane: PaneName }) {
  const { workspace } = useApp();
  const place = () => PLACES[props.pane];
  const isHidden = () => workspace.isHidden(props.pane);
  const [shown, setShown] = createSignal(0);
  const [isDragged, setDragged] = createSignal(false);
  /** The pane under the ticket has a button that hides it. */
  const canHide = () => props.pane !== "lower";
  const pane = () => {
    // A tablet shows one of two panes under the ticket.
    const isWatchlist = windowKind() === "tablet" && workspace.aside() === "watchlist";
    const selector = props.pane === "lower" && isWatchlist ? ".watchlist" : place().selector;
    return document.querySelector<HTMLElement>(selector);
  };
  const max = () =>
    Math.round((place().axis === "x" ? innerWidth : innerHeight) * PART_MAX[place().axis]);
  const measure = () => {
    const box = pane()?.getBoundingClientRect();
    return Math.round((place().axis === "x" ? box?.width : box?.height) ?? 0);
  };

  const observer = new ResizeObserver(() => setShown(measure()));
  // A pane that is loaded on demand may be there later than its edge.
  const observe = () => {
    observer.disconnect();
    const element = pane();
    if (element) observer.observe(element);
  };
  onMount(() => createEffect(observe));
  onCleanup(() => observer.disconnect());

  const resize = (size: number, isComplete: boolean) => {
    if (canHide() && size < place().min / 2) workspace.setHidden(props.pane, true);
    else workspace.setSize(props.pane, Math.min(Math.max(size, place().min), max()), isComplete);
  };

  const onPointerDown = (event: PointerEvent & { currentTarget: HTMLElement }) => {
    if (event.button !== 0) return;
    event.preventDefault();
    const handle = event.currentTarget;
    handle.focus({ preventScroll: true });
    handle.setPointerCapture(event.pointerId);
    const along = ({ clientX, clientY }: PointerEvent) =>
      place().axis === "x" ? clientX : clientY;
    const [from, before] = [along(event), isHidden() ? 0 : measure()];
    let [size, frame] = [before, 0];
    const move = (moved: PointerEvent) => {
      size = before + (along(moved) - from) * place().growth;
      if (Math.abs(size - before) < 3 && !isDragged()) return;
      setDragged(true);
      cancelAnimationFrame(frame);
      frame = requestAnimationFrame(() => resize(size, false));
    };
    const end = () => {
      cancelAnimationFrame(frame);
      handle.removeEventListener("pointermove", move);
      if (isDragged()) resize(size, true);
      else if (isHidden()) workspace.setHidden(props.pane, false);
      setDragged(false);
    };
    handle.addEventListener("pointermove", move);
    handle.addEventListener("lostpointercapture", end, { once: true });
  };

  const onKeyDown = (event: KeyboardEvent) => {
    const steps = { ArrowRight: 1, ArrowDown: 1, ArrowLeft: -1, ArrowUp: -1 }[event.key];
    const size = {
      Home: place().min,
      End: max(),
      ...(steps !== undefined && {
        [event.key]: measure() + steps * place().growth * STEP_PX * (event.shiftKey ? 4 : 1),
      }),
    }[event.key];
    if (event.key === "Enter" && canHide()) workspace.toggle(props.pane);
    else if (size !== undefined) resize(Math.max(size, place().min), true);
    else return;
    event.preventDefault();
  };

  return (
    // biome-ignore lint/a11y/useSemanticElements: a rule has no value and takes no focus
    <div
      class="splitter"
      role="separator"
      tabindex="0"
      data-pane={props.pane}
      data-axis={place().axis}
      data-dragged={isDragged()}
      aria-orientation={place().axis === "x" ? "vertical" : "horizontal"}
      aria-label={texts.workspace.splitter(texts.workspace.panes[props.pane])}
      aria-valuemin={0}
      aria-valuemax={max()}
      aria-valuenow={isHidden() ? 0 : shown()}
      aria-valuetext={isHidden() ? texts.workspace.hidden : texts.workspace.pixels(shown())}
      title={canHide() ? texts.workspace.splitterTitle : texts.workspace.sizeTitle}
      onPointerDown={onPointerDown}
      onDblClick={() => workspace.setSize(props.pane, undefined)}
      onKeyDown={onKeyDown}
      onFocus={observe}
    />
  );
}
