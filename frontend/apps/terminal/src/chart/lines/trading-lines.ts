import type {
  Brackets,
  InstrumentInfo,
  OrderPreview,
  Position,
  PositionPL,
} from "@trading-api/client";
import { createEffect, createMemo, createSignal, onCleanup, untrack } from "solid-js";
import type { AppStore } from "../../app-store.ts";
import * as format from "../../format.ts";
import { purposeLabel } from "../../labels.ts";
import { readUntilAnswered } from "../../read-until-answered.ts";
import { lines } from "../../texts/lines.ts";
import { texts } from "../../texts/texts.ts";
import { trailingPipsOf } from "../../ticket/brackets.ts";
import type { ChartStore } from "../chart-store.ts";
import type { PriceChart } from "../price-chart.ts";
import type { PriceScale } from "../price-scale.ts";
import { AlertLines } from "./alert-lines.ts";
import type { ExtraPrices } from "./extra-prices.ts";
import type { Interval } from "./label-layout.ts";
import { LatestRequest } from "./latest-request.ts";
import { movedOrder, type OrderLine, orderLines, positionId, positionLine } from "./order-lines.ts";
import { PriceLines } from "./price-lines.ts";
import { bracketAt, conversionOf, entryOf, type Profit, profitAt } from "./profit-estimate.ts";

interface Move {
  line: OrderLine;
  price: number;
}

/** The height of the last price's label on the axis, and of each text below it, in pixels. */
const LAST_PRICE_PX = 17;

export interface TradingLinesOptions {
  chart: PriceChart;
  /** The element of the lines. */
  root: HTMLElement;
  /** The range of prices, which contains the lines that are near. */
  extra: ExtraPrices;
  app: AppStore;
  store: ChartStore;
}

/**
 * The orders, the position and the alerts of a chart's symbol as lines on the chart, from which
 * they are changed, canceled, closed and protected. It must be created where Solid can clean up.
 */
export class TradingLines {
  readonly #chart: PriceChart;
  readonly #app: AppStore;
  readonly #store: ChartStore;
  readonly #lines: PriceLines;
  readonly #alerts: AlertLines;
  readonly #instrument = createSignal<InstrumentInfo | null>(null);
  readonly #profit = createSignal<PositionPL | null>(null);
  readonly #preview: LatestRequest<Move, OrderPreview>;
  #orderLines: readonly OrderLine[] = [];
  #prices = "";
  #movedId: string | null = null;

  constructor({ chart, root, extra, app, store }: TradingLinesOptions) {
    this.#chart = chart;
    this.#app = app;
    this.#store = store;
    this.#alerts = new AlertLines(app, store.symbol);
    this.#preview = new LatestRequest(
      ({ line, price }) => app.account.broker.previewOrder(movedOrder(line, price), line.order.id),
      (preview) => this.#lines.setAnswer(preview && marginText(preview)),
    );
    this.#lines = new PriceLines(root, {
      isReady: () => untrack(() => chart.isShowing(store.symbol())),
      format: (value) => format.price(value, chart.decimals),
      snap: (value, ticks) => chart.snap(value, ticks),
      estimate: (id, price) => this.#estimate(id, price),
      onMoving: (id, price) => this.#onMoving(id, price),
      onMoved: (id, price) => this.#move(id, price),
      onAction: (id) => void this.#act(id),
      onReveal: (prices) => extra.reveal(prices),
      onScroll: (touch) => this.#scroll(touch),
      obstacle: (scale) => this.#lastPrice(scale),
    });
    const stopDrawing = chart.onDraw((scale) => this.#lines.draw(scale));
    extra.lines = () => this.#lines.prices;
    onCleanup(() => {
      stopDrawing();
      this.#preview.cancel();
      this.#lines.remove();
    });
    this.#followAccount();
    this.#followProfit();
  }

  get #position(): Position | undefined {
    return this.#app.account.position(this.#store.symbol());
  }

  #followAccount(): void {
    const { account } = this.#app;
    const orders = createMemo(() =>
      account.liveOrders.filter(({ symbol }) => symbol === this.#store.symbol()),
    );
    createEffect(() => {
      const isModifiable = account.supports("supportModifyOrderPrice");
      this.#orderLines = orders().flatMap((order) => orderLines({ ...order }, isModifiable));
      const position = this.#position;
      const hasBrackets = account.supports("supportPositionBrackets");
      const line = position && positionLine(copyOf(position), hasBrackets, () => this.#touch);
      const others = [...this.#alerts.lines(), ...(line ? [line] : [])];
      this.#lines.set([...this.#orderLines, ...others]);
      untrack(() => this.#showProfit());
      this.#fit();
    });
    createEffect(() => {
      this.#store.symbol();
      untrack(() => this.#lines.cancelMoves());
    });
    createEffect(() => {
      this.#instrument[1](null);
      if (account.loading === "loaded") void this.#readInstrument(this.#store.symbol());
    });
  }

  /** Follow the profit of the position. */
  #followProfit(): void {
    const { account, client, frames } = this.#app;
    let pending: PositionPL | null = null;
    const show = () => {
      if (pending !== null) this.#profit[1](pending);
      pending = null;
    };
    createEffect(() => {
      const [accountId, symbol] = [account.id, this.#store.symbol()];
      this.#profit[1](null);
      if (accountId === "") return;
      const { unsubscribe } = client.feeds.positionPL(
        { accountId },
        {
          onData: (profit) => {
            if (profit.symbol !== symbol) return;
            pending = profit;
            frames.requestTexts("panels", show);
          },
          onFailed: () => {},
        },
      );
      onCleanup(() => {
        pending = null;
        unsubscribe();
      });
    });
    createEffect(() => this.#showProfit());
    onCleanup(client.socket.onState(() => this.#showProfit()));
  }

  /** Show the profit of the position on its line, without colour while it is not live. */
  #showProfit(): void {
    const [position, live] = [this.#position, this.#profit[0]()];
    if (position?.pl === undefined || (live === null && this.#instrument[0]() === null)) return;
    const { pl } = position;
    const cost = position.qty * position.avgPrice * this.#conversion.rate;
    // The position and its profit arrive by two ways, so one may be of an earlier position.
    const percent = live !== null && live.pl === pl ? live.plPercent : (pl / cost) * 100;
    const isLive = ["connected", "polling"].includes(this.#app.client.socket.state.phase);
    const tone = isLive && pl !== 0 ? (pl > 0 ? "up" : "down") : "muted";
    const text = profitText({ money: pl, currency: this.#app.account.currency, percent });
    this.#lines.setNote(positionId(position.symbol), { text, tone });
  }

  get #conversion() {
    return conversionOf(this.#instrument[0](), this.#app.account.currency);
  }

  /** Read the instrument, and with it the rate between its currency and that of the account. */
  async #readInstrument(symbol: string): Promise<void> {
    if (symbol === "") return;
    const { client, account } = this.#app;
    const isWanted = () => symbol === this.#store.symbol();
    const read = () => client.rest.account(account.id).instrument(symbol);
    const found = await readUntilAnswered(client.socket, read, isWanted).catch(() => undefined);
    if (found !== undefined && isWanted()) this.#instrument[1](found);
  }

  /** Return what moving a line to `price` would mean, as far as the page can compute it. */
  #estimate(id: string, price: number): string {
    return untrack(() => {
      const position = this.#position;
      const conversion = this.#conversion;
      if (position !== undefined && id === positionId(position.symbol)) {
        const entry = { ...position, price: position.avgPrice };
        return lines.estimate(profitText(profitAt(entry, price, conversion)));
      }
      if (this.#alerts.find(id) !== undefined)
        return texts.alerts.distance(...this.#distance(price));
      const line = this.#orderLines.find((each) => each.id === id);
      if (line === undefined) return "";
      const orders = this.#orderLines.map(({ order }) => order);
      const entry = entryOf(line.order, position, orders);
      if (entry !== null) {
        return lines.estimate(profitText(profitAt(entry, price, conversion)));
      }
      const { qty, filledQty = 0, limitPrice } = line.order;
      const paid = line.field === "stopPrice" ? (limitPrice ?? price) : price;
      const value = paid * (qty - filledQty) * conversion.rate;
      const [distance, percent] = this.#distance(price);
      return lines.estimate(
        lines.distance(distance, percent, format.money(value), conversion.currency),
      );
    });
  }

  get #last(): number | undefined {
    // The chart has the bars of the previous symbol until those of another one are read.
    if (!untrack(() => this.#chart.isShowing(this.#store.symbol()))) return undefined;
    return this.#chart.engine.getDataList().at(-1)?.close;
  }

  /** The best prices of the market, or else the last one; undefined while none is known. */
  get #touch(): { bid: number; ask: number } | undefined {
    const quote = untrack(() => this.#app.market.quote(this.#store.symbol()));
    if (quote !== undefined) return quote;
    const last = this.#last;
    return last === undefined ? undefined : { bid: last, ask: last };
  }

  /** Return the distance of a price from the last one, in money and in percent. */
  #distance(price: number): [string, string] {
    const last = this.#last ?? price;
    const distance = format.change(price - last, this.#chart.decimals);
    return [distance, format.percent((price / last - 1) * 100)];
  }

  #onMoving(id: string, price: number | null): void {
    if (price === null) {
      this.#movedId = null;
      this.#preview.cancel();
      return;
    }
    const line = this.#orderLines.find((each) => each.id === id);
    if (this.#movedId !== id) {
      this.#movedId = id;
      // A bracket that is dragged out of a position has no preview.
      if (line === undefined) this.#lines.setAnswer(null);
      void untrack(() => this.#refreshRate());
    }
    if (line !== undefined) this.#preview.request({ line, price });
  }

  /** Read the present rate, if the instrument has another currency than the account. */
  async #refreshRate(): Promise<void> {
    const instrument = this.#instrument[0]();
    if (instrument === null || instrument.currency === this.#app.account.currency) return;
    await this.#readInstrument(this.#store.symbol());
  }

  async #move(id: string, price: number): Promise<void> {
    const alert = untrack(() => this.#alerts.find(id));
    if (alert !== undefined) return this.#alerts.move(alert, price, this.#last);
    const { account } = this.#app;
    const position = untrack(() => this.#position);
    const shown = format.price(price, this.#chart.decimals);
    const line = this.#orderLines.find((each) => each.id === id);
    if (line !== undefined) {
      const { order } = line;
      const confirm = lines.move(purposeLabel(order), order.symbol, shown);
      const modify = () => account.broker.modifyOrder(movedOrder(line, price));
      await this.#app.runCommand(order.id, lines.notModified, modify, { confirm });
    } else if (position !== undefined) {
      const kind = bracketAt(position, price, this.#touch);
      const title = lines[kind](format.quantity(position.qty));
      const brackets = this.#bracketsWith(position, kind, price);
      const protect = () => account.broker.editPositionBrackets(position.id, brackets);
      const confirm = lines.protectPosition(title, position.symbol, shown);
      await this.#app.runCommand(position.id, lines.notProtected, protect, { confirm });
    }
  }

  /** Return the brackets of a position with another price of one of them. */
  #bracketsWith(position: Position, kind: "takeProfit" | "stopLoss", price: number): Brackets {
    const { takeProfit, stopLoss } = position;
    const trailingStopPips = trailingPipsOf(position.symbol, this.#app.account.liveOrders);
    // A stop loss that trails has a distance instead of a price.
    const stop = trailingStopPips === undefined ? { stopLoss } : { trailingStopPips };
    return withoutEmpty({
      takeProfit,
      ...(kind === "stopLoss" ? {} : stop),
      [kind]: price,
    });
  }

  /** Run the button of a line: cancel its order, or close the position. */
  async #act(id: string): Promise<void> {
    const alert = untrack(() => this.#alerts.find(id));
    if (alert !== undefined) return this.#alerts.delete(alert);
    const { broker } = this.#app.account;
    const line = this.#orderLines.find((each) => each.id === id);
    const position = untrack(() => this.#position);
    if (line !== undefined) {
      const cancel = () => broker.cancelOrder(line.order.id);
      await this.#app.runCommand(line.order.id, lines.notCanceled, cancel);
    } else if (position !== undefined) {
      const confirm = lines.closePosition(position.symbol);
      const close = () => broker.closePosition(position.id);
      const options = { confirm, asks: !this.#app.isOneClick() };
      await this.#app.runCommand(position.id, lines.notClosed, close, options);
    }
  }

  /** Adapt the range of prices, if the lines have other prices than before. */
  #fit(): void {
    const prices = this.#lines.prices.join(" ");
    if (prices === this.#prices) return;
    this.#prices = prices;
    this.#chart.redraw();
  }

  /** Let the engine scroll with a finger that began on a line. */
  #scroll(touch: Touch): void {
    const touches = { touches: [touch], targetTouches: [touch], changedTouches: [touch] };
    this.#chart.engine
      .getDom("candle_pane", "main")
      ?.dispatchEvent(new TouchEvent("touchstart", { bubbles: true, ...touches }));
  }

  /** Return the part of the pane that the label of the last price takes. */
  #lastPrice(scale: PriceScale): Interval | null {
    const { engine } = this.#chart;
    const last = engine.getDataList().at(-1);
    const { show, extendTexts } = engine.getStyles().candle.priceMark.last;
    if (last === undefined || !show) return null;
    const [y, half] = [scale.toPixel(last.close), LAST_PRICE_PX / 2];
    // Each text below the price, such as the time until the bar closes, is as high as the price.
    const texts = extendTexts.filter(({ show }) => show).length;
    return { from: y - half, to: y + half + texts * LAST_PRICE_PX };
  }
}

/** Return the properties of a position that its line shows. Its profit changes more often. */
const copyOf = ({ id, symbol, qty, side, avgPrice }: Position): Position => ({
  id,
  symbol,
  qty,
  side,
  avgPrice,
});

const withoutEmpty = (brackets: Record<keyof Brackets, number | undefined> | object): Brackets =>
  Object.fromEntries(Object.entries(brackets).filter(([, value]) => value !== undefined));

const profitText = ({ money, currency, percent }: Profit): string =>
  lines.profit(format.change(money), currency, format.percent(percent));

/** Return the free margin after a change of an order, or why the server rejects it. */
function marginText({ sections, errors }: OrderPreview): string {
  if (errors?.length) return errors.join(" ");
  const rows = sections.find(({ header }) => header === "Account")?.rows ?? [];
  const margin = rows.find(({ title }) => title.startsWith("Free margin"))?.value;
  return margin === undefined ? "" : lines.freeMargin(format.previewValue(margin, true));
}
