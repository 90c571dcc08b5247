import type { NewPriceAlert, PriceAlert } from "@trading-api/client";
import { formatUntil } from "../ticket/duration.ts";
import { formatInput, parseNumber } from "../ticket/parse-number.ts";

/** The typed texts of an alert. `until` is the value of a datetime field, in UTC. */
export interface AlertTexts {
  condition: PriceAlert["condition"];
  price: string;
  frequency: PriceAlert["frequency"];
  until: string;
  message: string;
}

export const MESSAGE_MAX = 500;

/** Return the alert that the texts describe, or null if one of them is not valid. */
export function parseAlert(symbol: string, texts: AlertTexts): NewPriceAlert | null {
  const { condition, frequency } = texts;
  const price = parseNumber(texts.price);
  const expiresMs = texts.until === "" ? undefined : Date.parse(`${texts.until}Z`);
  const message = texts.message.trim();
  if (price === null || Number.isNaN(expiresMs) || message.length > MESSAGE_MAX) return null;
  return {
    symbol,
    price,
    condition,
    frequency,
    ...(expiresMs !== undefined && { expiresMs }),
    ...(message !== "" && { message }),
  };
}

export function formatAlert(alert: PriceAlert): AlertTexts {
  const { condition, price, frequency, expiresMs, message = "" } = alert;
  const until = expiresMs === undefined ? "" : formatUntil(expiresMs);
  return { condition, price: formatInput(price), frequency, until, message };
}

/** Return the condition of an alert at a price that the market has not reached yet. */
export function conditionAt(price: number, last: number | undefined): PriceAlert["condition"] {
  if (last === undefined || price === last) return "either";
  return price > last ? "up" : "down";
}
