import { createResource } from "solid-js";
import { useApp } from "../app-store.ts";
import { type Rules, rulesOf } from "../ticket/rules.ts";

export function createRules(symbol: string): Rules {
  const { account } = useApp();
  const [found] = createResource(() => account.broker.symbolInfo(symbol));
  return rulesOf(() => (found.state === "ready" ? found() : undefined));
}
