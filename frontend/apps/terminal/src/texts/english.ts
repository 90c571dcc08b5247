import { alerts } from "./alerts.ts";
import { chart } from "./chart.ts";
import { notifications } from "./notifications.ts";
import { terminal } from "./terminal.ts";
import { watchlist } from "./watchlist.ts";

/** The English texts, one object for each area of the terminal. */
export const english = {
  alerts,
  chart,
  notifications,
  terminal,
  watchlist,
};
