import type { PriceAlert } from "@trading-api/client";
import { createEffect, createSignal, createUniqueId, onCleanup } from "solid-js";
import { createStore } from "solid-js/store";
import { useApp } from "../app-store.ts";
import { CommandForm } from "../dialogs/command-form.tsx";
import * as format from "../format.ts";
import { createDecimals } from "../panels/decimals.ts";
import { alertDialog } from "../texts/alert-dialog.ts";
import { texts } from "../texts/texts.ts";
import { formatInput, parseNumber } from "../ticket/parse-number.ts";
import { Choice } from "../widgets/choice.tsx";
import { NumberField } from "../widgets/number-field.tsx";
import {
  type AlertTexts,
  conditionAt,
  formatAlert,
  MESSAGE_MAX,
  parseAlert,
} from "./alert-form.ts";

export interface AlertDialogProps {
  symbol: string;
  /** The alert to change. Without it the dialog creates one. */
  alert?: PriceAlert;
  /** The price of a new alert; by default the last price. */
  price?: number;
}

/** Creates or changes a price alert. */
export default function AlertDialog(props: AlertDialogProps) {
  const { symbol, alert, price } = props;
  const { alerts, market } = useApp();
  const [expiresId, messageId] = [createUniqueId(), createUniqueId()];
  const decimals = createDecimals(() => symbol);
  createEffect(() => onCleanup(market.subscribe([symbol])));
  const last = () => market.quote(symbol)?.lp;
  const start = price ?? last();
  const [fields, set] = createStore<AlertTexts>(
    alert !== undefined
      ? formatAlert(alert)
      : {
          condition: "either",
          price: start === undefined ? "" : formatInput(start),
          frequency: "once",
          until: "",
          message: "",
        },
  );
  // Until a user chooses one, the condition follows from the price.
  const [isChosen, setIsChosen] = createSignal(alert !== undefined);
  createEffect(() => {
    const at = parseNumber(fields.price);
    if (!isChosen() && at !== null) set("condition", conditionAt(at, last()));
  });
  const parsed = () => parseAlert(symbol, fields);
  const hint = () => {
    const [at, from] = [parseNumber(fields.price), last()];
    if (at === null || from === undefined) return undefined;
    const distance = format.percent((at / from - 1) * 100);
    return alertDialog.last(format.price(from, decimals()), distance);
  };
  const send = async () => {
    const wanted = parsed();
    if (wanted === null) return;
    await (alert === undefined ? alerts.create(wanted) : alerts.change(alert.id, wanted));
  };
  return (
    <CommandForm
      title={alert === undefined ? alertDialog.create(symbol) : alertDialog.edit(symbol)}
      label={alert === undefined ? texts.alerts.create : alertDialog.save}
      isValid={parsed() !== null}
      send={send}
    >
      <NumberField
        label={alertDialog.price}
        value={fields.price}
        step={10 ** -decimals()}
        decimals={decimals()}
        invalid={parseNumber(fields.price) === null}
        {...(hint() !== undefined && { hint: hint() as string })}
        onInput={(price) => set({ price })}
      />
      <Choice
        label={alertDialog.condition}
        options={(["up", "down", "either"] as const).map((value) => ({
          value,
          label: texts.alerts.conditions[value],
        }))}
        value={fields.condition}
        onChange={(condition) => {
          setIsChosen(true);
          set({ condition });
        }}
      />
      <Choice
        label={alertDialog.frequency}
        options={(["once", "repeating"] as const).map((value) => ({
          value,
          label: texts.alerts.frequencies[value],
        }))}
        value={fields.frequency}
        onChange={(frequency) => set({ frequency })}
      />
      <div class="field">
        <label for={expiresId}>{alertDialog.expires}</label>
        <input
          id={expiresId}
          type="datetime-local"
          value={fields.until}
          aria-describedby={`${expiresId}-hint`}
          onInput={({ currentTarget }) => set({ until: currentTarget.value })}
        />
        <small id={`${expiresId}-hint`} class="hint">
          {alertDialog.expiresHint}
        </small>
      </div>
      <div class="field">
        <label for={messageId}>{alertDialog.message}</label>
        <input
          id={messageId}
          value={fields.message}
          maxlength={MESSAGE_MAX}
          placeholder={alertDialog.messageHint}
          onInput={({ currentTarget }) => set({ message: currentTarget.value })}
        />
      </div>
    </CommandForm>
  );
}
