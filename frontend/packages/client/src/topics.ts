/**
 * Return the canonical JSON of a subscription's payload, equal to the server's byte for byte. Keys
 * are sorted by UTF-16 code units, there is no white space, and null is "". Throws TypeError for a
 * value that encoders write differently.
 */
export function topicParams(value: unknown): string {
  if (value === null) return '""';
  if (typeof value === "string" || typeof value === "boolean") return JSON.stringify(value);
  if (typeof value === "number" && Number.isSafeInteger(value))
    return String(value === 0 ? 0 : value);
  if (Array.isArray(value)) return `[${value.map(topicParams).join(",")}]`;
  if (typeof value === "object") {
    const fields = Object.entries(value).sort(([a], [b]) => (a < b ? -1 : 1));
    return `{${fields.map(([key, item]) => `${JSON.stringify(key)}:${topicParams(item)}`).join(",")}}`;
  }
  throw new TypeError(`A subscription cannot hold ${String(value)} (${typeof value})`);
}

/** Return the topic of a subscription, such as `bars:{"resolution":"1","symbol":"AAPL"}`. */
export const topicOf = (route: string, subscription: object): string =>
  `${route}:${topicParams(subscription)}`;
