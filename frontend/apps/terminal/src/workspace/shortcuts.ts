import type { AppStore } from "../app-store.ts";
import { GRIDS, type Grid } from "../chart/chart-store.ts";
import { loadPart } from "../part.ts";
import type { ShortcutGroup } from "../shortcut.ts";
import { texts } from "../texts/texts.ts";

const { workspace: text } = texts;
const grids = Object.keys(GRIDS) as Grid[];

export const WORKSPACE: ShortcutGroup = {
  title: text.title,
  shortcuts: [
    { keys: "K", action: text.nextChart, run: ({ charts }) => charts.activateNext(1) },
    { keys: "Shift K", action: text.previousChart, run: ({ charts }) => charts.activateNext(-1) },
    {
      keys: "G",
      action: text.nextGrid,
      run: ({ charts }) => {
        const next = grids[(grids.indexOf(charts.grid()) + 1) % grids.length];
        if (next !== undefined) charts.setGrid(next);
      },
    },
    { keys: "W", action: text.layouts, run: (app) => app.openDialog({ name: "layout" }) },
    { keys: "Shift W", action: text.nextLayout, run: (app) => void loadNext(app) },
    { keys: "P", action: text.togglePanels, run: (app) => app.workspace.toggle("panels") },
    {
      keys: "Shift P",
      action: text.toggleWatchlist,
      run: (app) => app.workspace.toggle("watchlist"),
    },
  ],
};

async function loadNext(app: AppStore): Promise<void> {
  const loaded = await loadPart(() => import("./layouts.ts"));
  if (loaded !== null) new loaded.Layouts(app).loadNext();
}
