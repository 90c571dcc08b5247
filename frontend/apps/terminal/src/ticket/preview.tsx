import { ApiError, type OrderPreview } from "@trading-api/client";
import { batch, createEffect, createSignal, For, onCleanup, Show } from "solid-js";
import { useApp } from "../app-store.ts";
import { adviceFor, messageOf } from "../error-messages.ts";
import * as format from "../format.ts";
import { texts as catalogue } from "../texts/texts.ts";

const { ticketFields: text } = catalogue;

const DEBOUNCE_MS = 200;
/** The preview is refreshed this often, because the market moves. */
const REFRESH_MS = 3_000;

/** Shows what the order would do if it were placed now. */
export function Preview() {
  const { ticket, account } = useApp();
  const [preview, setPreview] = createSignal<OrderPreview | null>(null);
  const [advice, setAdvice] = createSignal("");

  const [refreshes, setRefreshes] = createSignal(0);
  const refresh = setInterval(() => {
    if (document.visibilityState !== "visible") return;
    batch(() => {
      ticket.refresh();
      setRefreshes(refreshes() + 1);
    });
  }, REFRESH_MS);
  onCleanup(() => clearInterval(refresh));

  createEffect(() => {
    refreshes();
    const { order } = ticket;
    const isReady = account.loading === "loaded" && ticket.instrument !== null;
    if (order === null || !isReady) {
      setPreview(null);
      return;
    }
    // A fill and another leverage change what the next order would do.
    void account.executions;
    void ticket.leverage;
    const show = (found: OrderPreview, advice = "") => {
      if (JSON.stringify(order) !== JSON.stringify(ticket.order)) return;
      setPreview(found);
      setAdvice(advice);
      ticket.setPreview(order, found);
    };
    const timer = setTimeout(async () => {
      try {
        show(await account.broker.previewOrder(order));
      } catch (error) {
        if (!(error instanceof ApiError)) return;
        show({ sections: [], errors: [messageOf(error)] }, adviceFor(error));
      }
    }, DEBOUNCE_MS);
    onCleanup(() => clearTimeout(timer));
  });

  const sections = () => (preview()?.sections ?? []).filter(({ header }) => header !== "Order");
  return (
    <section class="preview" aria-label={text.preview}>
      <For each={preview()?.errors ?? []}>
        {(error) => (
          <p class="problem" role="status">
            {error} {advice()}
          </p>
        )}
      </For>
      <For each={preview()?.warnings ?? []}>{(warning) => <p class="warning">{warning}</p>}</For>
      <For each={sections()}>
        {(section) => (
          <>
            <Show when={section.header}>
              <h3>{section.header}</h3>
            </Show>
            <dl>
              <For each={section.rows}>
                {({ title, value }) => (
                  <div>
                    <dt>{title}</dt>
                    <dd>{format.previewValue(value, section.header === "Account")}</dd>
                  </div>
                )}
              </For>
            </dl>
          </>
        )}
      </For>
    </section>
  );
}
