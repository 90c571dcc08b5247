export const chart = {
  toolbar: "Chart tools",
  indicators: "Indicators",
  analysis: {
    title: "Analyse",
    indicators: "Indicators",
    drawings: "List of drawings",
    undo: "Undo the last change of a drawing",
    redo: "Redo it",
    remove: "Delete the selected drawing",
  },
};
