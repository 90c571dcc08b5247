import type { ShortcutGroup } from "../shortcut.ts";
import { texts } from "../texts/texts.ts";
import { stepForward, togglePlaying } from "./replay-commands.ts";

const { replayCommands: text } = texts;

export const REPLAY: ShortcutGroup = {
  title: text.title,
  shortcuts: [
    { keys: "R", action: text.play, run: togglePlaying },
    { keys: ".", action: text.step, run: stepForward },
  ],
};
