import type { Position } from "@trading-api/client";
import { createStore } from "solid-js/store";
import { useApp } from "../app-store.ts";
import { BracketFields } from "../ticket/bracket-fields.tsx";
import {
  type BracketTexts,
  formatBrackets,
  parseBrackets,
  trailingPipsOf,
} from "../ticket/brackets.ts";
import { CommandForm } from "./command-form.tsx";
import { createRules } from "./rules.ts";

export function ProtectDialog(props: { position: Position }) {
  const { account } = useApp();
  const { position } = props;
  const rules = createRules(position.symbol);
  const trailingStopPips = trailingPipsOf(position.symbol, account.liveOrders);
  const [texts, set] = createStore<BracketTexts>(
    formatBrackets({ ...position, ...(trailingStopPips !== undefined && { trailingStopPips }) }),
  );
  return (
    <CommandForm
      title={`Protect ${position.symbol}`}
      label="Set brackets"
      isValid={parseBrackets(texts) !== null}
      send={() => account.broker.editPositionBrackets(position.id, parseBrackets(texts) ?? {})}
    >
      <BracketFields
        texts={texts}
        rules={rules}
        canTrail={account.supports("supportTrailingStop")}
        onInput={set}
      />
    </CommandForm>
  );
}
