import type { DrawingKind } from "./drawing.ts";

export type IconName =
  | DrawingKind
  | "cursor"
  | "magnet"
  | "undo"
  | "redo"
  | "lock"
  | "move"
  | "edit"
  | "hide"
  | "list"
  | "remove";

/** The lines of the icons on a grid of 20 by 20. */
const PATHS: Record<IconName, string> = {
  cursor: "M5 3 15 11 10.5 11.5 8 16Z",
  trend: "M4 16 16 4M3 17h2v-2h-2zM15 5h2v-2h-2z",
  ray: "M4 15 18 5M3 16h2v-2h-2z",
  horizontal: "M2 10h16M9 11h2v-2h-2z",
  vertical: "M10 2v16M9 11h2v-2h-2z",
  channel: "M2 12 14 3M6 17 18 8",
  fibonacci: "M3 4h14M3 8h14M3 12h14M3 16h14",
  rectangle: "M3 5h14v10h-14z",
  text: "M5 5h10M10 5v11",
  measure: "M3 13 13 3 17 7 7 17ZM6 10l2 2M9 7l2 2M12 4l2 2",
  magnet: "M5 3v7a5 5 0 0 0 10 0v-7h-3v7a2 2 0 0 1-4 0v-7zM5 6h3M12 6h3",
  undo: "M8 4 4 8 8 12M4 8h8a4 4 0 0 1 0 8h-3",
  redo: "M12 4 16 8 12 12M16 8h-8a4 4 0 0 0 0 8h3",
  move: "M10 2v16M2 10h16M7 5l3-3 3 3M7 15l3 3 3-3M5 7l-3 3 3 3M15 7l3 3-3 3",
  edit: "M3 17l1-4L13 4l3 3L7 16zM11 6l3 3",
  lock: "M5 9h10v8h-10zM7 9v-3a3 3 0 0 1 6 0v3",
  hide: "M2 10c4-6 12-6 16 0c-4 6-12 6-16 0zM4 17 16 3",
  list: "M7 5h10M7 10h10M7 15h10M3 5h1M3 10h1M3 15h1",
  remove: "M4 6h12M8 6v-2h4v2M6 6l1 11h6l1-11",
};

/** A small picture of a tool. Its button has the name. */
export function DrawingIcon(props: { name: IconName }) {
  return (
    <svg viewBox="0 0 20 20" width="20" height="20" aria-hidden="true">
      <path d={PATHS[props.name]} />
    </svg>
  );
}
