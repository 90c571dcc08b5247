// Loaded when a connection needs it, so that it adds nothing to a page that uses JSON.
import { decode, encode } from "@msgpack/msgpack";
import { FIELDS, type Field } from "./generated/msgpack-fields.ts";
import type { Codec, Message } from "./messages.ts";

/**
 * The messages of one connection with the subprotocol `trading-api.msgpack.v1`. Replies are maps. An
 * update is an array: the number that the reply to the subscription gave its topic, the values of
 * the data in a documented order, the time, and the sequence numbers if it has any.
 */
export class MsgpackCodec implements Codec {
  readonly #fields: typeof FIELDS;
  readonly #topics = new Map<number, string>();

  constructor(fields: typeof FIELDS = FIELDS) {
    this.#fields = fields;
  }

  encode(message: object): Uint8Array<ArrayBuffer> {
    return encode(message, { ignoreUndefined: true });
  }

  decode(data: unknown): Message | null {
    if (!(data instanceof ArrayBuffer)) return null;
    try {
      const value = decode(data) as Message | Update;
      if (Array.isArray(value)) return this.#toMessage(value);
      this.#learnTopic(value.payload);
      return typeof value.type === "string" ? value : null;
    } catch {
      return null;
    }
  }

  #learnTopic(payload: unknown): void {
    const { topic, topicId } = (payload ?? {}) as { topic?: string; topicId?: number };
    if (topic !== undefined && topicId !== undefined) this.#topics.set(topicId, topic);
  }

  #toMessage([topicId, values, ts, meta]: Update): Message | null {
    const topic = this.#topics.get(topicId);
    const route = topic?.slice(0, topic.indexOf(":")) ?? "";
    const fields = this.#fields[route];
    if (fields === undefined) return null;
    const payload = { topic, payload: toObject(fields, values), ts, ...meta };
    return { type: `${route}.update`, payload };
  }
}

type Update = [topicId: number, values: unknown[], ts: number, meta?: object];

/** Return the object of an array of values. A value that is nil or left out is missing. */
function toObject(fields: readonly Field[], values: readonly unknown[]): Record<string, unknown> {
  const object: Record<string, unknown> = {};
  for (const [index, field] of fields.entries()) {
    const value = values[index];
    if (value === null || value === undefined) continue;
    if (typeof field === "string") object[field] = value;
    else object[field.name] = toValue(field, value as unknown[], object.s === "error");
  }
  return object;
}

function toValue(field: Exclude<Field, string>, value: unknown[], isError: boolean): unknown {
  if ("items" in field) return value.map((item) => toObject(field.items, item as unknown[]));
  if ("fields" in field) return toObject(field.fields, value);
  return toObject(isError ? field.error : field.ok, value);
}
