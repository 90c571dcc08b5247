import type { Position } from "@trading-api/client";
import { createStore } from "solid-js/store";
import { useApp } from "../app-store.ts";
import { dialogs as texts } from "../texts/dialogs.ts";
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
  const [fields, set] = createStore<BracketTexts>(
    formatBrackets({ ...position, ...(trailingStopPips !== undefined && { trailingStopPips }) }),
  );
  return (
    <CommandForm
      title={texts.protect(position.symbol)}
      label={texts.setBrackets}
      isValid={parseBrackets(fields) !== null}
      send={() => account.broker.editPositionBrackets(position.id, parseBrackets(fields) ?? {})}
    >
      <BracketFields
        texts={fields}
        rules={rules}
        canTrail={account.supports("supportTrailingStop")}
        onInput={set}
      />
    </CommandForm>
  );
}
