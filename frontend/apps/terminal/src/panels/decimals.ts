import { createResource } from "solid-js";
import { useDesk } from "../desk.ts";

/** How many a price of the symbol has; 2 until that is known. */
export function createDecimals(symbol: () => string): () => number {
  const { market } = useDesk();
  const [found] = createResource(symbol, async (name) => {
    const { pricescale } = await market.info(name);
    return Math.round(Math.log10(pricescale));
  });
  return () => (found.state === "ready" ? found() : 2);
}
