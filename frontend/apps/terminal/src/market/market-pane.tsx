import type { SymbolInfo } from "@trading-api/client";
import { createResource, createSignal, onCleanup, onMount, Show } from "solid-js";
import { useApp } from "../app-store.ts";
import { persistedSignal } from "../persisted-signal.ts";
import { readUntilAnswered } from "../read-until-answered.ts";
import { market as texts } from "../texts/market.ts";
import { Choice } from "../widgets/choice.tsx";
import { windowKind } from "../workspace/window-kind.ts";
import "./market-pane.css";
import { OrderBook } from "./order-book.tsx";
import { Trades } from "./trades.tsx";

type Part = "book" | "trades";

const PARTS = [
  { value: "book" as Part, label: texts.book },
  { value: "trades" as Part, label: texts.trades },
];
/** A pane of this height has the book and the trades. */
const TALL_PX = 640;
/** The part of a tall pane that the book has. */
const BOOK_SHARE = 0.6;

/** A low window begins without the pane, so that the ticket has its place. A phone scrolls. */
const hasPlace = () => innerHeight >= 820 || innerWidth <= 760;

/** The order book and the recent trades of the selected symbol. */
export function MarketPane() {
  const app = useApp();
  const [isChosen, setIsOpen] = persistedSignal("market.open", hasPlace());
  // A tablet shows either the pane or the watchlist.
  const isOpen = () => isChosen() || windowKind() === "tablet";
  const [storedPart, setPart] = persistedSignal<unknown>("market.part", "book");
  const part = (): Part => (storedPart() === "trades" ? "trades" : "book");
  const [height, setHeight] = createSignal(0);
  const [isShown, setIsShown] = createSignal(false);
  let body!: HTMLDivElement;

  onMount(() => {
    const sizes = new ResizeObserver(([entry]) => setHeight(entry?.contentRect.height ?? 0));
    // On a phone the pane may be in another view, or scrolled out of this one.
    const views = new IntersectionObserver((entries) =>
      setIsShown(entries.at(-1)?.isIntersecting ?? false),
    );
    sizes.observe(body);
    views.observe(body);
    onCleanup(() => {
      sizes.disconnect();
      views.disconnect();
    });
  });

  const [info] = createResource(
    () => isShown() && app.symbol(),
    (symbol) => readUntilAnswered(app.client.socket, () => app.market.info(symbol)),
  );
  const shownInfo = (): SymbolInfo | undefined => {
    const found = info.state === "ready" ? info() : undefined;
    return isShown() && found?.name === app.symbol() ? found : undefined;
  };
  const isTall = () => height() >= TALL_PX;
  const has = (each: Part) => isTall() || part() === each;
  return (
    <section class="market" classList={{ open: isOpen() }} aria-label={texts.title(app.symbol())}>
      <header class="head">
        <Show when={isOpen() && !isTall()} fallback={<h2>{texts.heading}</h2>}>
          <Choice label={texts.parts} options={PARTS} value={part()} onChange={setPart} />
        </Show>
        <Show when={windowKind() !== "tablet"}>
          <button
            type="button"
            class="quiet"
            aria-expanded={isOpen()}
            aria-label={isOpen() ? texts.hide : texts.show}
            title={isOpen() ? texts.hide : texts.show}
            onClick={() => setIsOpen(!isOpen())}
          >
            <span aria-hidden="true">{isOpen() ? "▾" : "▴"}</span>
          </button>
        </Show>
      </header>
      <div class="market-body" ref={body}>
        <Show when={isOpen() && shownInfo()}>
          {(info) => (
            <>
              <Show when={has("book")}>
                <OrderBook info={info()} height={isTall() ? height() * BOOK_SHARE : height()} />
              </Show>
              <Show when={has("trades")}>
                <Trades info={info()} />
              </Show>
            </>
          )}
        </Show>
      </div>
    </section>
  );
}
