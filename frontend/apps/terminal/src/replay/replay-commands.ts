import type { AppStore } from "../app-store.ts";
import { texts } from "../texts/texts.ts";
import { stepOf } from "./replay-time.ts";

/** A jump is answered late, and can be ended meanwhile. */
type Target = "replay" | "replay-jump";

/** Run a command of the replay, unless one of the same kind runs, and show its error. */
export const runReplay = (app: AppStore, target: Target, command: () => Promise<void>): void =>
  void app.runCommand(target, texts.replayCommands.notChanged, command);

export function togglePlaying(app: AppStore): void {
  if (app.replay.isControllable) runReplay(app, "replay", () => app.replay.toggle());
}

/** Move the market forward by one bar of the active chart. */
export function stepForward(app: AppStore): void {
  const { replay } = app;
  const state = replay.state();
  if (!replay.isControllable || state?.state === "ended" || state?.jumpTo !== undefined) return;
  runReplay(app, "replay-jump", () => replay.step(stepOf(app.charts.active().resolution())));
}
