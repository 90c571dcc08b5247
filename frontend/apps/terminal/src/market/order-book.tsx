import type { Orderbook, SymbolInfo } from "@trading-api/client";
import {
  createEffect,
  createMemo,
  createSignal,
  For,
  on,
  onCleanup,
  onMount,
  Show,
} from "solid-js";
import { useApp } from "../app-store.ts";
import * as format from "../format.ts";
import { sharedSignal } from "../persisted-signal.ts";
import { market as texts } from "../texts/market.ts";
import { BookView } from "./book-view.ts";
import { choosePrice } from "./choose-price.ts";
import { createFreshness } from "./freshness.ts";
import { DEPTH_MAX, groupSteps, ladderOf, ownOrders, spreadOf, TickScale } from "./ladder.ts";
import { createZone } from "./zone.ts";

export interface OrderBookProps {
  info: SymbolInfo;
  /** The height in pixels that the book has. */
  height: number;
}

/** What the book has besides its levels: the tools, the heads and the spread; and a note. */
const FRAME_PX = 84;
const NOTE_PX = 26;
/** A finger needs higher levels than a mouse. */
const LEVEL_PX = { fine: 20, coarse: 44 };
const ROWS = { min: 3, max: 25 };

/** The symbols whose grouping is remembered. */
const REMEMBERED_MAX = 200;

/** The order book of a symbol. It is subscribed as long as the component exists. */
export function OrderBook(props: OrderBookProps) {
  const app = useApp();
  const { account, client, ticket } = app;
  const { outage, isCurrent, refresh } = createFreshness();
  const isLive = () => outage() === "" && isCurrent();
  const [steps, setSteps] = sharedSignal<unknown>("book.groups", {});
  const [state, setState] = createSignal<"loading" | "live" | "empty" | "failed">("loading");
  const [failure, setFailure] = createSignal("");
  const [attempt, setAttempt] = createSignal(0);
  const [middle, setMiddle] = createSignal<number>();
  const [isTouchOnly, setIsTouchOnly] = createSignal(false);
  const [announced, setAnnounced] = createSignal("");
  const [staleSince, setStaleSince] = createSignal("");
  const spread = { middle: new Text(), spread: new Text() };
  let asks!: HTMLDivElement;
  let bids!: HTMLDivElement;
  let view: BookView | undefined;
  let book: Orderbook | null = null;

  const scale = createMemo(() => new TickScale(props.info));
  const choices = createMemo(() => groupSteps(scale().ticks(middle() ?? 0)));
  const stored = () =>
    Object.entries(Object(steps())).map(([symbol, step]) => [symbol, Number(step)] as const);
  const step = createMemo(() => {
    const [, found = 1] = stored().find(([symbol]) => symbol === props.info.name) ?? [];
    return Number.isInteger(found) && found > 0 ? found : 1;
  });
  const chooseStep = (value: number) => {
    const others = stored().filter(([symbol]) => symbol !== props.info.name);
    const kept = others.slice(1 - REMEMBERED_MAX);
    setSteps(Object.fromEntries([...kept, [props.info.name, value]]));
  };
  const zone = createZone(() => props.info);
  const own = createMemo(() => ownOrders(account.liveOrders, props.info.name, scale()));
  const note = (): string => {
    if (state() === "failed") return texts.failed(failure());
    if (state() === "live" && !isLive())
      return texts.notLive(outage() || texts.waiting, staleSince());
    if (state() === "loading") return outage() || texts.loading;
    if (state() === "empty") return texts.noBook(props.info.name);
    return isTouchOnly() ? texts.touchOnly : "";
  };

  const rows = createMemo(() => {
    const levels = props.height - FRAME_PX - (note() === "" ? 0 : NOTE_PX);
    const pointer = matchMedia("(pointer: coarse)").matches ? "coarse" : "fine";
    const rows = Math.floor(levels / (2 * LEVEL_PX[pointer]));
    return Math.max(ROWS.min, Math.min(ROWS.max, rows));
  });
  // Groups need more levels than rows. Other heights of the pane should need no other subscription.
  const depth = createMemo(() => (step() > 1 ? DEPTH_MAX : ROWS.max));

  const draw = () => {
    if (book === null || view === undefined) return;
    const ladder = ladderOf(book, scale(), { step: step(), rows: rows(), own: own() });
    view.show(ladder, scale());
    const found = spreadOf(ladder, scale());
    const { decimals } = scale();
    const percentDecimals = (found?.percent ?? 0) < 0.01 ? 4 : 2;
    spread.middle.data = found === null ? texts.oneSided : format.price(found.mid, decimals + 1);
    spread.spread.data =
      found === null
        ? ""
        : texts.spread(
            format.price(found.spread, decimals),
            format.price(found.percent, percentDecimals),
          );
  };
  const drawSoon = () => app.frames.requestTexts("panels", draw);
  onCleanup(() => {
    view = undefined;
  });

  onMount(() => {
    view = new BookView(asks, bids, (ticks) => {
      const price = scale().price(ticks);
      choosePrice(ticket, price, scale().decimals);
      setAnnounced(texts.priceChosen(format.price(price, scale().decimals)));
    });
    createEffect(() => {
      view?.resize(rows());
      own();
      step();
      drawSoon();
    });
  });

  const receive = (received: Orderbook) => {
    const { asks, bids } = received;
    book = received;
    setState(asks.length + bids.length > 0 ? "live" : "empty");
    setIsTouchOnly(asks.length < 2 && bids.length < 2);
    const best = asks[0]?.price ?? bids.at(-1)?.price;
    if (middle() === undefined) setMiddle(best);
    refresh();
    drawSoon();
  };
  // Another symbol begins with an empty book, and another depth of the same one does not.
  createEffect(
    on([() => props.info.name, attempt], () => {
      book = null;
      view?.clear();
      spread.middle.data = "";
      spread.spread.data = "";
      setState("loading");
      setMiddle(undefined);
    }),
  );
  createEffect(
    on([() => props.info.name, depth, attempt], ([symbol, depth]) => {
      const subscription = client.feeds.orderbook(
        { symbol, depth },
        {
          onData: receive,
          onFailed: ({ message }) => {
            setFailure(message);
            setState("failed");
          },
        },
      );
      onCleanup(subscription.unsubscribe);
    }),
  );
  createEffect(
    on(isLive, (isLive) =>
      setStaleSince(isLive ? "" : format.timeOfDay(zone().wall(Date.now()), true)),
    ),
  );

  return (
    <section
      class="book"
      aria-label={texts.book}
      data-state={state() === "live" && !isLive() ? "stale" : state()}
    >
      <div class="book-tools">
        <label>
          <span>{texts.group}</span>
          <select
            value={step()}
            onChange={({ currentTarget }) => chooseStep(Number(currentTarget.value))}
          >
            <For each={choices().includes(step()) ? choices() : [...choices(), step()]}>
              {(each) => (
                <option value={each} selected={each === step()}>
                  {format.price(scale().price(each), scale().decimals)}
                </option>
              )}
            </For>
          </select>
        </label>
      </div>
      <p class="book-note" role="status">
        {note()}
        <Show when={state() === "failed"}>
          {" "}
          <button type="button" class="link" onClick={() => setAttempt(attempt() + 1)}>
            {texts.retry}
          </button>
        </Show>
      </p>
      <div class="ladder" hidden={state() !== "live"}>
        <div class="level-head" aria-hidden="true">
          <span>{texts.price}</span>
          <span>{texts.size}</span>
          <span>{texts.total}</span>
        </div>
        <div
          class="levels asks"
          role="listbox"
          tabindex={0}
          aria-label={texts.asks}
          aria-description={texts.keys}
          ref={asks}
        />
        <p class="spread" title={texts.middle}>
          <b>
            <span class="hidden">{texts.middle} </span>
            {spread.middle}
          </b>{" "}
          <span>{spread.spread}</span>
        </p>
        <div
          class="levels bids"
          role="listbox"
          tabindex={0}
          aria-label={texts.bids}
          aria-description={texts.keys}
          ref={bids}
        />
      </div>
      <p class="hidden" role="status">
        {announced()}
      </p>
    </section>
  );
}
