import { chart } from "./chart.ts";
import { terminal } from "./terminal.ts";

/** The English texts, one object for each area of the terminal. */
export const english = { chart, terminal };
