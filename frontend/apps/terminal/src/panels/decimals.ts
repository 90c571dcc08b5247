import { createResource } from "solid-js";
import { useApp } from "../app-store.ts";
import { readUntilAnswered } from "../read-until-answered.ts";

/** Return the number of decimals of a symbol's prices: 2 until it is known. */
export function createDecimals(symbol: () => string): () => number {
  const { market, client } = useApp();
  const [found] = createResource(symbol, async (name) => {
    const info = await readUntilAnswered(client.socket, () => market.info(name));
    return Math.round(Math.log10(info?.pricescale ?? 100));
  });
  return () => (found.state === "ready" ? found() : 2);
}
