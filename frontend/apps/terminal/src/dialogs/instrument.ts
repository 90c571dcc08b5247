import { createResource } from "solid-js";
import { useDesk } from "../desk.ts";
import { decimalsOf } from "../format.ts";

/** The steps of a symbol's prices and quantities; those of most until they are known. */
export function createInstrument(symbol: string) {
  const { account } = useDesk();
  const [found] = createResource(() => account.broker.symbolInfo(symbol));
  const known = () => (found.state === "ready" ? found() : undefined);
  const tick = () => known()?.minTick ?? 0.01;
  const step = () => known()?.qty.step ?? 1;
  return { tick, step, decimals: () => decimalsOf(tick()), stepDecimals: () => decimalsOf(step()) };
}
