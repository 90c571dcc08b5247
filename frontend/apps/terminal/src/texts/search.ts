/** The texts of the search for symbols, which is loaded on demand. */
export const search = {
  title: "Find a symbol",
  addTitle: "Add symbols",
  label: "Symbol or name",
  exchange: "Exchange",
  type: "Type",
  all: "All",
  results: "Symbols",
  adds: (list: string) => `Add to ${list}`,
  keys: (list: string) => `Enter opens the chart, Shift Enter adds to ${list}`,
  addKeys: "Enter adds or removes, Escape closes",
  isListed: "in the list",
  added: (symbol: string, list: string) => `${symbol} was added to ${list}`,
  removed: (symbol: string, list: string) => `${symbol} was removed from ${list}`,
  isFull: (list: string) => `${list} is full`,
  more: "Show more",
  count: (count: number, isAll: boolean) =>
    isAll ? `${count} found` : `The first ${count} are shown`,
  none: (text: string) => `No symbol matches “${text}”. Try a part of its name.`,
  noneOfFilter: "No symbol matches the filters.",
  failed: "The server does not answer. Type again once the badge says Live.",
};
