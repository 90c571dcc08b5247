import { type Accessor, createSignal } from "solid-js";
import { useApp } from "../app-store.ts";
import type { Market } from "../market/market.ts";
import { readUntilAnswered } from "../read-until-answered.ts";

const DEFAULT = 2;
const known = new WeakMap<Market, Map<string, Accessor<number>>>();

/** Return a function that returns the number of decimals of a symbol's prices: 2 until it is known. */
export function createDecimalsOf(): (symbol: string) => number {
  const { market, client } = useApp();
  const bySymbol = known.get(market) ?? new Map<string, Accessor<number>>();
  known.set(market, bySymbol);
  const read = (symbol: string): Accessor<number> => {
    const [decimals, setDecimals] = createSignal(DEFAULT);
    readUntilAnswered(client.socket, () => market.info(symbol))
      .then((info) => setDecimals(Math.round(Math.log10(info?.pricescale ?? 100))))
      // The symbol of an old order may not exist any more.
      .catch(() => {});
    bySymbol.set(symbol, decimals);
    return decimals;
  };
  return (symbol) => (bySymbol.get(symbol) ?? read(symbol))();
}

/** Return the number of decimals of a symbol's prices: 2 until it is known. */
export function createDecimals(symbol: () => string): () => number {
  const decimalsOf = createDecimalsOf();
  return () => decimalsOf(symbol());
}
