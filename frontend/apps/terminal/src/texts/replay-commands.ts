/** The texts of commands of a replay that a key sends. */
export const replayCommands = {
  title: "Replay",
  notChanged: "The replay was not changed",
  play: "Play or pause a replay",
  step: "One bar of the chart forward",
};
