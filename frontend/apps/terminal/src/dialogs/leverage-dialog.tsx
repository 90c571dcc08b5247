import type { LeverageInfo, LeveragePreview } from "@trading-api/client";
import { createEffect, createResource, createSignal, For, onCleanup, Show } from "solid-js";
import { useApp } from "../app-store.ts";
import { adviceFor, messageOf } from "../error-messages.ts";
import { quantity } from "../format.ts";
import { readUntilAnswered } from "../read-until-answered.ts";
import { dialogs as texts } from "../texts/dialogs.ts";
import { formatInput, parseNumber } from "../ticket/parse-number.ts";
import { NumberField } from "../widgets/number-field.tsx";
import { CommandForm } from "./command-form.tsx";

const DEBOUNCE_MS = 150;

/** Sets the leverage of a symbol for the whole account, with a preview. */
export function LeverageDialog(props: { symbol: string }) {
  const { account, client, ticket } = useApp();
  const { symbol } = props;
  const { side, type: orderType } = ticket.fields;
  const params = { symbol, side, orderType };
  const [info] = createResource<LeverageInfo | undefined>(() =>
    readUntilAnswered(client.socket, () => account.broker.leverageInfo(params)),
  );
  const loadedInfo = () => (info.state === "ready" ? info() : undefined);
  const [text, setText] = createSignal(
    ticket.leverage === null ? "" : formatInput(ticket.leverage.leverage),
  );
  const [preview, setPreview] = createSignal<LeveragePreview>({});
  const leverage = () => {
    const value = parseNumber(text());
    const { min = 1, max = Number.POSITIVE_INFINITY } = loadedInfo() ?? {};
    return value !== null && value >= min && value <= max ? value : null;
  };
  createEffect(() => {
    const value = leverage();
    if (value === null) {
      setPreview({});
      return;
    }
    const timer = setTimeout(async () => {
      const found = await account.broker
        .previewLeverage({ ...params, leverage: value })
        .catch((error) => ({ errors: [`${messageOf(error)} ${adviceFor(error) ?? ""}`] }));
      if (value === leverage()) setPreview(found);
    }, DEBOUNCE_MS);
    onCleanup(() => clearTimeout(timer));
  });
  const send = async () => {
    const requested = leverage();
    if (requested === null) return;
    await account.broker.setLeverage({ ...params, leverage: requested });
    await ticket.readLeverage();
  };
  return (
    <CommandForm
      title={texts.leverageOf(symbol)}
      label={texts.setLeverage(text())}
      isValid={leverage() !== null}
      send={send}
    >
      <NumberField
        label={texts.leverage}
        unit=":1"
        hint={texts.leverageBounds(bound(loadedInfo()?.min), bound(loadedInfo()?.max), symbol)}
        value={text()}
        step={loadedInfo()?.step ?? 1}
        decimals={0}
        invalid={leverage() === null}
        onInput={setText}
      />
      <Show when={loadedInfo()}>
        {(bounds) => (
          <input
            type="range"
            aria-label={texts.leverageOf(symbol)}
            min={bounds().min}
            max={bounds().max}
            step={bounds().step}
            value={leverage() ?? bounds().leverage}
            onInput={({ currentTarget }) => setText(formatInput(currentTarget.valueAsNumber))}
          />
        )}
      </Show>
      <div class="forecast" role="status" aria-label={texts.changes}>
        <For each={preview().errors ?? []}>{(error) => <p class="problem">{error}</p>}</For>
        <For each={preview().warnings ?? []}>{(warning) => <p class="warning">{warning}</p>}</For>
        <For each={preview().infos ?? []}>{(text) => <p class="muted">{text}</p>}</For>
      </div>
    </CommandForm>
  );
}

const bound = (value: number | undefined): string => (value === undefined ? "…" : quantity(value));
