export const drawings = {
  bar: "Drawing tools",
  open: "Draw",
  cursor: "Select and move",
  magnet: "Magnet to open, high, low and close",
  magnets: { off: "Magnet off", weak: "Magnet near prices", strong: "Magnet always" },
  unstored: "The browser does not store the drawings",
  unstoredText:
    "They last as long as this page. Remove some, or make room in the browser's storage.",
  undo: "Undo the drawing",
  redo: "Redo the drawing",
  lock: "Lock all drawings",
  unlock: "Unlock all drawings",
  hide: "Hide all drawings",
  show: "Show all drawings",
  removeAll: "Delete all drawings",
  list: "List of drawings",
  title: (symbol: string) => `Drawings of ${symbol}`,
  none: "None yet. Choose a tool, and then places on the chart; or add one here.",
  add: "Add",
  addKind: "Kind of the new drawing",
  full: (count: number) => `A symbol has at most ${count} drawings.`,
  hint: (kind: string, points: number) =>
    points === 1
      ? `${kind}: choose a place on the chart.`
      : `${kind}: choose ${points} places on the chart.`,
  cancel: "Cancel",
  name: (kind: string, number: number) => `${kind} ${number}`,
  selected: (name: string) => `Selected: ${name}`,
  move: (name: string) => `Move ${name} with the arrow keys`,
  edit: (name: string) => `Edit ${name}`,
  remove: (name: string) => `Delete ${name}`,
  select: (name: string) => `Show ${name} on the chart`,
  lockOne: (name: string) => `Lock ${name}`,
  point: (name: string, number: number, time: string, price: string) =>
    `${name}, point ${number}: ${time}, ${price}. The arrow keys move it.`,
  time: (number: number, zone: string) => `Time ${number} (${zone})`,
  price: (number: number) => `Price ${number}`,
  text: "Text",
  colour: "Colour",
  width: "Line width",
  pixels: (width: number) => `${width} px`,
  locked: "Locked",
  back: "Back to the list",
  done: "Done",
  measured: (change: string, percent: string, bars: number, duration: string) =>
    `${change} (${percent}), ${bars} bars, ${duration}`,
  duration: (days: number, hours: number, minutes: number, seconds: number) =>
    days > 0
      ? `${days} d ${hours} h`
      : hours > 0
        ? `${hours} h ${minutes} min`
        : minutes > 0
          ? `${minutes} min`
          : `${seconds} s`,
  kinds: {
    trend: "Trend line",
    ray: "Ray",
    horizontal: "Horizontal line",
    vertical: "Vertical line",
    channel: "Parallel channel",
    fibonacci: "Fibonacci retracement",
    rectangle: "Rectangle",
    text: "Text",
    measure: "Measure",
  },
};
