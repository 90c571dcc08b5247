import { accountKinds } from "./account-kinds.ts";
import { accountMessages } from "./account-messages.ts";
import { alerts } from "./alerts.ts";
import { chart } from "./chart.ts";
import { confirm } from "./confirm.ts";
import { connection } from "./connection.ts";
import { errors } from "./errors.ts";
import { help } from "./help.ts";
import { keys } from "./keys.ts";
import { labels } from "./labels.ts";
import { liveBanner } from "./live-banner.ts";
import { notifications } from "./notifications.ts";
import { panels } from "./panels.ts";
import { parts } from "./parts.ts";
import { replayCommands } from "./replay-commands.ts";
import { tables } from "./tables.ts";
import { terminal } from "./terminal.ts";
import { ticket } from "./ticket.ts";
import { ticketFields } from "./ticket-fields.ts";
import { topbar } from "./topbar.ts";
import { watchlist } from "./watchlist.ts";
import { widgets } from "./widgets.ts";
import { workspace } from "./workspace.ts";

/** The English texts, one object for each area of the terminal. */
export const english = {
  accountKinds,
  accountMessages,
  alerts,
  chart,
  confirm,
  connection,
  errors,
  help,
  keys,
  labels,
  liveBanner,
  notifications,
  panels,
  parts,
  replayCommands,
  tables,
  terminal,
  ticket,
  ticketFields,
  topbar,
  watchlist,
  widgets,
  workspace,
};
