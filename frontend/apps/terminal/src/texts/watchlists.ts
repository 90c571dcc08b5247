/** The texts of the dialog about watchlists, which is loaded on demand. */
export const watchlists = {
  title: "Watchlists",
  newName: "New list",
  create: "Create",
  nameOf: (name: string) => `Name of ${name}`,
  count: (count: number) => (count === 1 ? "1 symbol" : `${count} symbols`),
  delete: "Delete",
  deleteOf: (name: string) => `Delete ${name}`,
  confirmDelete: (count: number) => `Delete ${count === 1 ? "1 symbol" : `${count} symbols`}?`,
  columns: "Columns",
  problem: { empty: "A list needs a name.", taken: "Another list has this name." },
};
