import type { Side } from "@trading-api/client";
import { createSignal, createUniqueId, For, Show } from "solid-js";
import { useApp } from "../app-store.ts";
import * as format from "../format.ts";
import { loadPart } from "../part.ts";
import { texts } from "../texts/texts.ts";
import { Choice } from "../widgets/choice.tsx";
import { NumberField } from "../widgets/number-field.tsx";
import { formatInput, parseNumber } from "./parse-number.ts";
import { floorToGrid, type SizeMode } from "./sizing.ts";

const { ticket: text } = texts;
const MODES = (["quantity", "money", "percent", "risk"] as const).map((value) => ({
  value,
  label: text.mode[value],
  title: text.modeTitle[value],
}));
/** The steps of the buttons and the arrow keys. */
const STEPS = { money: 100, percent: 1, risk: 10 };
const QUICK = [25, 50, 75, 100];

/** The fields of the order's size: the quantity, or what it is computed from. */
export function SizeFields() {
  const { account, ticket } = useApp();
  const { fields, rules } = ticket;
  const result = () => {
    const { sizing } = ticket;
    if (sizing === null) return "";
    if ("problem" in sizing) return text.problem[sizing.problem];
    const value = `${format.money(sizing.value)} ${account.currency}`;
    return text.worth(format.quantity(sizing.quantity), value);
  };
  const amountMode = (): Exclude<SizeMode, "quantity"> | false =>
    fields.sizeMode !== "quantity" && fields.sizeMode;
  const modes = () =>
    account.supports("supportOrderBrackets") && !fields.isReduceOnly
      ? MODES
      : MODES.filter(({ value }) => value !== "risk");
  return (
    <>
      <Choice
        label={text.sizeBy}
        class="types"
        options={modes()}
        value={fields.sizeMode}
        onChange={(sizeMode) => ticket.set({ sizeMode })}
      />
      <Show
        when={amountMode()}
        fallback={
          <NumberField
            label={text.quantity}
            value={fields.qty}
            step={rules.step()}
            decimals={rules.stepDecimals()}
            invalid={parseNumber(fields.qty) === null}
            onInput={(qty) => ticket.set({ qty })}
          />
        }
      >
        {(mode) => (
          <NumberField
            label={text.amount[mode()]}
            unit={mode() === "percent" ? "%" : account.currency}
            value={fields.amount}
            step={STEPS[mode()]}
            decimals={2}
            hint={result()}
            invalid={parseNumber(fields.qty) === null}
            onInput={(amount) => ticket.set({ amount })}
          />
        )}
      </Show>
      <QuickSizes />
      <ReduceOnly />
    </>
  );
}

/** Buttons for parts of what the free margin pays for, or of the position that the order reduces. */
function QuickSizes() {
  const app = useApp();
  const { account, ticket } = app;
  const id = createUniqueId();
  const [isSearching, setIsSearching] = createSignal(false);
  const estimate = (): number | undefined => {
    const { freeMargin } = account.equity ?? {};
    const { entryPrice, pointValue, leverage } = ticket;
    if (freeMargin === undefined || !entryPrice || pointValue <= 0) return undefined;
    return (freeMargin * (leverage?.leverage ?? 1)) / (entryPrice * pointValue);
  };
  const affordable = async (): Promise<number | null> => {
    const [order, estimated] = [ticket.orderOf(1), estimate()];
    const grid = ticket.instrument?.qty;
    if (order === null || estimated === undefined || grid === undefined) return null;
    const loaded = await loadPart(() => import("./quick-size.ts"));
    if (loaded === null) return null;
    const preview = (tried: typeof order) => account.broker.previewOrder(tried);
    return loaded.affordableQuantity({ order, estimate: estimated, grid, preview });
  };
  const shownOrder = () => JSON.stringify([app.symbol(), ticket.orderOf(1)]);
  const choose = async (percent: number) => {
    const [symbol, position, searched] = [app.symbol(), ticket.reducedPosition, shownOrder()];
    setIsSearching(true);
    try {
      const whole = position?.qty ?? (await affordable());
      const grid = ticket.instrument?.qty;
      // The answer is about the order of the press: discard it if that was changed meanwhile.
      if (searched !== shownOrder() || grid === undefined) return;
      const isAll = position !== undefined && percent === 100;
      const qty = isAll ? position.qty : floorToGrid(((whole ?? 0) * percent) / 100, grid);
      if (qty !== null) ticket.set({ sizeMode: "quantity", qty: formatInput(qty) });
      else app.notifications.show({ tone: "error", title: text.notAffordable, text: symbol });
    } catch (error) {
      app.notifications.showError(text.notSized, error);
    } finally {
      setIsSearching(false);
    }
  };
  const isPossible = () => ticket.reducedPosition !== undefined || estimate() !== undefined;
  return (
    // biome-ignore lint/a11y/useSemanticElements: a fieldset has borders and a legend
    <div class="field" role="group" aria-labelledby={id}>
      <span id={id} class="muted">
        {ticket.reducedPosition ? text.ofPosition : text.ofMargin}
      </span>
      <div class="quick">
        <For each={QUICK}>
          {(percent) => (
            <button
              type="button"
              disabled={!isPossible() || isSearching() || ticket.instrument === null}
              onClick={() => void choose(percent)}
            >
              {text.percent(percent)}
            </button>
          )}
        </For>
      </div>
    </div>
  );
}

/** Whether the order may only reduce the position. It is offered while there is one. */
function ReduceOnly() {
  const app = useApp();
  const { ticket } = app;
  const position = () => app.account.position(app.symbol());
  const choose = (isReduceOnly: boolean) => {
    const { side } = position() ?? {};
    const opposite = side === undefined ? undefined : (-side as Side);
    ticket.set({
      isReduceOnly,
      ...(isReduceOnly && opposite !== undefined && { side: opposite }),
      // An order that reduces has no stop loss.
      ...(isReduceOnly && ticket.fields.sizeMode === "risk" && { sizeMode: "quantity" }),
    });
  };
  return (
    <Show when={position() !== undefined || ticket.fields.isReduceOnly}>
      <label class="check" title={text.reduceOnlyTitle}>
        <input
          type="checkbox"
          checked={ticket.fields.isReduceOnly}
          onChange={({ currentTarget }) => choose(currentTarget.checked)}
        />
        {text.reduceOnly}
      </label>
    </Show>
  );
}
