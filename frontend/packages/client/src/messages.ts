/** A message of the wire: an object with its type and its payload. */
export interface Message {
  type: string;
  payload: unknown;
}

/** Encodes and decodes the messages of one connection. */
export interface Codec {
  encode(message: object): string | Uint8Array<ArrayBuffer>;
  /** Return the message in a frame, or null where there is none. */
  decode(data: unknown): Message | null;
}

export const JSON_CODEC: Codec = {
  encode: (message) => JSON.stringify(message),
  decode(data) {
    try {
      const message = JSON.parse(String(data));
      return typeof message?.type === "string" ? message : null;
    } catch {
      return null;
    }
  },
};
