import type { PriceAlert } from "@trading-api/client";
import { conditionAt } from "../../alerts/alert-form.ts";
import type { AppStore } from "../../app-store.ts";
import * as format from "../../format.ts";
import { texts } from "../../texts/texts.ts";
import type { PriceLine } from "./price-lines.ts";

const PREFIX = "alert line ";

/** The lines of the alerts of one symbol, from which they are moved and deleted. */
export class AlertLines {
  readonly #app: AppStore;
  readonly #symbol: () => string;

  constructor(app: AppStore, symbol: () => string) {
    this.#app = app;
    this.#symbol = symbol;
  }

  /** Return the lines of the alerts that wait for a price. */
  lines(): PriceLine[] {
    return this.#app.alerts.waitingFor(this.#symbol()).map(({ id, price, condition }) => ({
      id: PREFIX + id,
      price,
      title: texts.alerts.line(condition),
      tone: "warn",
      isDashed: true,
      isMovable: true,
      action: texts.alerts.deleteNamed(
        this.#symbol(),
        format.price(price, format.decimalsOf(price)),
      ),
    }));
  }

  /** Return the alert of a line, or undefined for another line. */
  find(lineId: string): PriceAlert | undefined {
    return this.#app.alerts.waitingFor(this.#symbol()).find(({ id }) => lineId === PREFIX + id);
  }

  /** Move an alert. It waits for the price from the side on which the market then is. */
  async move(alert: PriceAlert, price: number, last: number | undefined): Promise<void> {
    const { id, symbol, frequency, expiresMs, message } = alert;
    const condition = alert.condition === "either" ? "either" : conditionAt(price, last);
    const changed = {
      ...{ symbol, price, condition, frequency },
      ...(expiresMs !== undefined && { expiresMs }),
      ...(message !== undefined && { message }),
    };
    const change = () => this.#app.alerts.change(id, changed);
    await this.#app.runCommand(id, texts.alerts.notMoved, change);
  }

  async delete({ id }: PriceAlert): Promise<void> {
    const remove = () => this.#app.alerts.delete(id);
    await this.#app.runCommand(id, texts.alerts.notDeleted, remove);
  }
}
