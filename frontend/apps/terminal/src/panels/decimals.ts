import { createResource } from "solid-js";
import { useApp } from "../app-store.ts";

/** How many a price of the symbol has; 2 until that is known. */
export function createDecimals(symbol: () => string): () => number {
  const { market } = useApp();
  const [found] = createResource(symbol, async (name) => {
    const { pricescale } = await market.info(name);
    return Math.round(Math.log10(pricescale));
  });
  return () => (found.state === "ready" ? found() : 2);
}
