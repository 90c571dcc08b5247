import type { SymbolInfo } from "@trading-api/client";
import { createEffect, createSignal, on, onCleanup, onMount } from "solid-js";
import { useApp } from "../app-store.ts";
import { readUntilAnswered } from "../read-until-answered.ts";
import { market as texts } from "../texts/market.ts";
import { createFreshness } from "./freshness.ts";
import { TRADES_MAX, TradeQueue } from "./trade-queue.ts";
import { TradesView } from "./trades-view.ts";
import { createZone } from "./zone.ts";

/** The recent trades of a symbol. They are subscribed as long as the component exists. */
export function Trades(props: { info: SymbolInfo }) {
  const { client, frames } = useApp();
  const { outage } = createFreshness();
  const [isEmpty, setIsEmpty] = createSignal(true);
  const [failure, setFailure] = createSignal("");
  const zone = createZone(() => props.info);
  const queue = new TradeQueue();
  let list!: HTMLOListElement;

  onMount(() =>
    createEffect(
      on(
        () => props.info,
        (info) => {
          const view = new TradesView(list, info);
          view.clear();
          createEffect(() => view.setZone(zone()));
          queue.clear();
          setIsEmpty(true);
          setFailure("");
          let isCurrent = true;
          const show = () => {
            if (!isCurrent) return;
            view.add(queue.take());
            setIsEmpty(false);
          };
          let isFilled = false;
          const fill = async () => {
            isFilled = true;
            const read = () => client.rest.market.trades(info.name, TRADES_MAX);
            const recent = await readUntilAnswered(client.socket, read, () => isCurrent);
            if (recent === undefined) return;
            view.addOlder(queue.older(recent));
            setIsEmpty(false);
          };
          const { unsubscribe } = client.feeds.trades(
            { symbol: info.name },
            {
              onData: (trade) => {
                queue.push(trade);
                // The list that is read now has the first trade too, or begins after it.
                if (!isFilled) fill().catch(() => {});
                frames.requestTexts("panels", show);
              },
              onReconnected: () => queue.interrupt(),
              onFailed: ({ message }) => setFailure(message),
            },
          );
          onCleanup(() => {
            isCurrent = false;
            unsubscribe();
          });
        },
      ),
    ),
  );
  const note = () => {
    if (failure() !== "") return texts.failed(failure());
    if (outage() !== "") return outage();
    return isEmpty() ? texts.noTrades : "";
  };
  return (
    <section
      class="trades"
      aria-label={texts.trades}
      data-state={outage() === "" ? "live" : "stale"}
    >
      <p class="book-note" role="status">
        {note()}
      </p>
      <div class="trade-head" aria-hidden="true">
        <span>{texts.price}</span>
        <span>{texts.size}</span>
        <span>{texts.time}</span>
      </div>
      <ol class="scroll" aria-label={texts.tradesList} tabindex={0} ref={list} />
    </section>
  );
}
