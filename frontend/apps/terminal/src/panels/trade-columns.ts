import type { Side } from "@trading-api/client";
import { quantity } from "../format.ts";
import { sideLabel } from "../labels.ts";
import { texts } from "../texts/texts.ts";
import type { Column } from "../widgets/data-table/columns.ts";
import { toneOf } from "./panel.tsx";

interface Traded {
  symbol: string;
  side: Side;
  qty: number;
}

/** Return the first column of a table of orders, positions or fills: the symbol. */
export const symbolColumn = <T extends Traded>(): Column<T> => ({
  key: "symbol",
  label: texts.panels.symbol,
  isHeader: true,
  isFacet: true,
  value: ({ symbol }) => symbol,
});

/** Return the column of the side: Buy or Sell. */
export const sideColumn = <T extends Traded>(): Column<T> => ({
  key: "side",
  label: texts.panels.side,
  isFacet: true,
  value: ({ side }) => sideLabel(side),
  tone: ({ side }) => toneOf(side),
});

export const quantityColumn = <T extends Traded>(): Column<T> => ({
  key: "qty",
  label: texts.panels.quantity,
  kind: "number",
  value: ({ qty }) => qty,
  text: ({ qty }) => quantity(qty),
});
