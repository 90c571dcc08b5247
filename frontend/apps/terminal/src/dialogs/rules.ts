import { createResource } from "solid-js";
import { useApp } from "../app-store.ts";
import { readUntilAnswered } from "../read-until-answered.ts";
import { type Rules, rulesOf } from "../ticket/rules.ts";

export function createRules(symbol: string): Rules {
  const { account, client } = useApp();
  const [found] = createResource(() =>
    readUntilAnswered(client.socket, () => account.broker.symbolInfo(symbol)),
  );
  return rulesOf(() => (found.state === "ready" ? found() : undefined));
}
