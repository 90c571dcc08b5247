import { createResource } from "solid-js";
import { useDesk } from "../desk.ts";
import { type Rules, rulesOf } from "../ticket/rules.ts";

export function createRules(symbol: string): Rules {
  const { account } = useDesk();
  const [found] = createResource(() => account.broker.symbolInfo(symbol));
  return rulesOf(() => (found.state === "ready" ? found() : undefined));
}
