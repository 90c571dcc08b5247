import { accountKinds } from "./account-kinds.ts";
import { alerts } from "./alerts.ts";
import { chart } from "./chart.ts";
import { confirm } from "./confirm.ts";
import { help } from "./help.ts";
import { keys } from "./keys.ts";
import { lines } from "./lines.ts";
import { notifications } from "./notifications.ts";
import { panels } from "./panels.ts";
import { replayCommands } from "./replay-commands.ts";
import { tables } from "./tables.ts";
import { terminal } from "./terminal.ts";
import { ticket } from "./ticket.ts";
import { watchlist } from "./watchlist.ts";
import { workspace } from "./workspace.ts";

/** The English texts, one object for each area of the terminal. */
export const english = {
  accountKinds,
  alerts,
  chart,
  confirm,
  help,
  keys,
  lines,
  notifications,
  panels,
  replayCommands,
  tables,
  terminal,
  ticket,
  watchlist,
  workspace,
};
