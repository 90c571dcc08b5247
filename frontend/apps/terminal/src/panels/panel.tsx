import { useApp } from "../app-store.ts";

export interface PanelProps {
  /** Where a table of the panel shows its tools. */
  toolsPlace: HTMLElement;
}

/** A symbol that is shown on the chart when it is pressed. */
export function SymbolLink(props: { symbol: string }) {
  const app = useApp();
  return (
    <button type="button" class="link" onClick={() => app.selectSymbol(props.symbol)}>
      {props.symbol}
    </button>
  );
}

/** Return the class of a gain or a loss, or of a side. */
export const toneOf = (value = 0): string => (value > 0 ? "up" : value < 0 ? "down" : "");
