import type { Position } from "@trading-api/client";
import { createStore } from "solid-js/store";
import { useDesk } from "../desk.ts";
import { BracketFields } from "../ticket/bracket-fields.tsx";
import { type BracketTexts, bracketsIn, bracketTexts, pipsBehind } from "../ticket/brackets.ts";
import { CommandForm } from "./command-form.tsx";
import { createRules } from "./rules.ts";

export function ProtectDialog(props: { position: Position }) {
  const { account } = useDesk();
  const { position } = props;
  const rules = createRules(position.symbol);
  const trailingStopPips = pipsBehind(position.symbol, account.liveOrders);
  const [texts, set] = createStore<BracketTexts>(
    bracketTexts({ ...position, ...(trailingStopPips !== undefined && { trailingStopPips }) }),
  );
  return (
    <CommandForm
      title={`Protect ${position.symbol}`}
      label="Set brackets"
      isValid={bracketsIn(texts) !== null}
      send={() => account.broker.editPositionBrackets(position.id, bracketsIn(texts) ?? {})}
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
