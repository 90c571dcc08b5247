import { ApiError, type OrderPreview, OrderType, type PreOrder } from "@trading-api/client";
import { createSignal, For, onMount, Show } from "solid-js";
import { useApp } from "../app-store.ts";
import { adviceFor, messageOf } from "../error-messages.ts";
import * as format from "../format.ts";
import { orderTypeLabel, sideLabel } from "../labels.ts";
import { texts } from "../texts/texts.ts";
import "./order-summary.css";

export interface OrderSummaryProps {
  order: PreOrder;
  onRejected(isRejected: boolean): void;
}

/** What an order is, and what the server estimates that it costs. */
export default function OrderSummary(props: OrderSummaryProps) {
  const { account } = useApp();
  const { order, onRejected } = props;
  const [preview, setPreview] = createSignal<OrderPreview | null>(null);
  const [problem, setProblem] = createSignal("");
  onMount(async () => {
    try {
      const found = await account.broker.previewOrder(order);
      setPreview(found);
      setProblem(found.errors?.join(" ") ?? "");
    } catch (error) {
      setProblem(`${messageOf(error)} ${adviceFor(error) ?? ""}`.trim());
      // Without an answer the order may still be right.
      if (!(error instanceof ApiError)) return;
    }
    onRejected(problem() !== "");
  });
  const rows = () => [
    { title: texts.confirm.side, value: sideLabel(order.side) },
    { title: texts.confirm.quantity, value: format.quantity(order.qty) },
    { title: texts.confirm.type, value: orderTypeLabel(order.type) },
    ...pricesOf(order),
    ...estimateOf(preview()),
  ];
  return (
    <>
      <dl class="summary" aria-busy={preview() === null && problem() === ""}>
        <For each={rows()}>
          {({ title, value }) => (
            <div>
              <dt>{title}</dt>
              <dd>{value}</dd>
            </div>
          )}
        </For>
      </dl>
      <Show when={problem() !== ""}>
        <p class="problem" role="alert">
          {problem()}
        </p>
      </Show>
    </>
  );
}

interface Row {
  title: string;
  value: string;
}

function pricesOf({ type, stopPrice, limitPrice }: PreOrder): Row[] {
  if (type === OrderType.Market)
    return [{ title: texts.confirm.price, value: texts.confirm.market }];
  return [
    { title: texts.confirm.stopPrice, price: stopPrice },
    { title: texts.confirm.limitPrice, price: limitPrice },
  ].flatMap(({ title, price }) =>
    price === undefined ? [] : [{ title, value: format.price(price, format.decimalsOf(price)) }],
  );
}

/** Return the margin and the cost that the server estimates. Without an answer they are unknown. */
function estimateOf(preview: OrderPreview | null): Row[] {
  const found = preview?.sections.find(({ header }) => header === "Account")?.rows;
  const rows = found ?? [{ title: texts.confirm.margin, value: "…" }];
  return rows.map(({ title, value }) => ({
    title: texts.confirm.estimated(title),
    value: format.previewValue(value, true),
  }));
}
