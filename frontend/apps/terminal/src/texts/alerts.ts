import type { PriceAlert } from "@trading-api/client";

const conditions: Record<PriceAlert["condition"], string> = {
  up: "Rises to",
  down: "Falls to",
  either: "Crosses",
};

export const alerts = {
  panel: "Alerts",
  create: "New alert",
  empty: "No alert. One reports when a price is reached, also while this page is closed.",
  columns: {
    symbol: "Symbol",
    condition: "Condition",
    price: "Price",
    distance: "Distance",
    status: "Status",
    expires: "Expires",
    message: "Message",
    actions: "Actions",
  },
  conditions,
  frequencies: { once: "Once", repeating: "Each time" },
  statuses: { active: "Active", firing: "Firing", fired: "Fired", expired: "Expired" } as Record<
    string,
    string
  >,
  never: "–",
  edit: "Edit",
  delete: "Delete",
  deleteNamed: (symbol: string, price: string) => `Delete the alert of ${symbol} at ${price}`,
  editNamed: (symbol: string, price: string) => `Edit the alert of ${symbol} at ${price}`,
  notDeleted: "The alert was not deleted",
  notMoved: "The alert was not changed",
  line: (condition: PriceAlert["condition"]) => `Alert: ${conditions[condition].toLowerCase()}`,
  distance: (distance: string, percent: string) => `${distance} (${percent}) from the market`,
};
