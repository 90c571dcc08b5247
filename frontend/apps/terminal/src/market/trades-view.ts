import type { SymbolInfo } from "@trading-api/client";
import { type TimeZone, UTC } from "../chart/view/time-zone.ts";
import * as format from "../format.ts";
import { market as texts } from "../texts/market.ts";
import { TickScale } from "./ladder.ts";
import { TRADES_MAX, type TradeLine } from "./trade-queue.ts";

/** The rows of the list of trades. The element of the oldest trade becomes that of the newest. */
export class TradesView {
  readonly #list: HTMLElement;
  readonly #scale: TickScale;
  #zone: TimeZone = UTC;
  #rows: TradeRow[] = [];

  constructor(list: HTMLElement, info: SymbolInfo) {
    this.#list = list;
    this.#scale = new TickScale(info);
  }

  /** Add lines, oldest first, on top of the list. */
  add(lines: readonly TradeLine[]): void {
    for (const line of lines) {
      const row = this.#rows.length < TRADES_MAX ? new TradeRow() : this.#rows.shift();
      if (row === undefined) return;
      row.show(line, this.#scale, this.#zone);
      this.#rows.push(row);
      this.#list.prepend(row.element);
    }
  }

  /** Add lines, oldest first, below the list, as far as there is room. */
  addOlder(lines: readonly TradeLine[]): void {
    const room = TRADES_MAX - this.#rows.length;
    for (const line of room > 0 ? lines.slice(-room).toReversed() : []) {
      const row = new TradeRow();
      row.show(line, this.#scale, this.#zone);
      this.#rows.unshift(row);
      this.#list.append(row.element);
    }
  }

  /** Show the times of all rows in another zone. */
  setZone(zone: TimeZone): void {
    this.#zone = zone;
    for (const row of this.#rows) row.showTime(zone);
  }

  clear(): void {
    this.#rows = [];
    this.#list.replaceChildren();
  }
}

class TradeRow {
  readonly element = document.createElement("li");
  readonly #texts = { price: new Text(), sign: new Text(), size: new Text(), time: new Text() };

  #time = 0;

  show(line: TradeLine, scale: TickScale, zone: TimeZone): void {
    const { element } = this;
    if (line === "gap") {
      element.className = "gap";
      element.textContent = texts.gap;
      return;
    }
    const { price, qty, time, side } = line;
    if (element.className === "gap" || element.childElementCount === 0) this.#build();
    element.className = side === 1 ? "up" : side === -1 ? "down" : "";
    this.#texts.price.data = format.price(price, scale.decimals);
    this.#texts.sign.data = side === 1 ? ` ▲ ` : side === -1 ? ` ▼ ` : "   ";
    this.#texts.size.data = format.price(qty, scale.sizeDecimals);
    this.#time = time;
    this.showTime(zone);
    const action = side === 1 ? texts.bought : side === -1 ? texts.sold : "";
    const sign = this.#texts.sign.parentElement;
    if (sign && sign.ariaLabel !== action) sign.ariaLabel = action;
  }

  showTime(zone: TimeZone): void {
    this.#texts.time.data = format.timeOfDay(zone.wall(this.#time), true);
  }

  #build(): void {
    this.element.replaceChildren(
      ...(["price", "sign", "size", "time"] as const).flatMap((name) => {
        const cell = document.createElement("span");
        cell.className = name;
        if (name === "sign") cell.role = "img";
        cell.append(this.#texts[name]);
        return [cell, " "];
      }),
    );
  }
}
