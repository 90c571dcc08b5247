import { createResource } from "solid-js";
import { useApp } from "../app-store.ts";

/** Return the number of decimals of a symbol's prices: 2 until it is known. */
export function createDecimals(symbol: () => string): () => number {
  const { market } = useApp();
  const [found] = createResource(symbol, async (name) => {
    const { pricescale } = await market.info(name);
    return Math.round(Math.log10(pricescale));
  });
  return () => (found.state === "ready" ? found() : 2);
}
