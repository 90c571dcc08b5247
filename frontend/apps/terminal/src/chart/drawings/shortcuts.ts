import type { ShortcutGroup } from "../../shortcut.ts";
import { texts } from "../../texts/texts.ts";

const { analysis: text } = texts.chart;

/** The keys of drawings. They are handled by what is loaded with the chart. */
export const ANALYSIS: ShortcutGroup = {
  title: text.title,
  shortcuts: [
    { keys: "I", action: text.indicators, run: (app) => app.openDialog({ name: "indicators" }) },
    { keys: "Shift I", action: text.drawings, run: (app) => app.openDialog({ name: "drawings" }) },
    { keys: "Ctrl Z", action: text.undo },
    { keys: "Ctrl Shift Z", action: text.redo },
    { keys: "Delete", action: text.remove },
  ],
};
