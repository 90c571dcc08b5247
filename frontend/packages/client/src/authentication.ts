import type { Messages } from "./generated/socket.ts";

export interface Token {
  value: string;
  /** ms; a fresh one is asked for before. Read from a JWT's `exp` where it is left out. */
  expiresAt?: number;
}

/**
 * How connections say whose they are. `token` is asked before every connection, before a token
 * ends, and by REST for every request, so it should keep what is still good. A browser cannot send
 * headers with a WebSocket: the token goes as a subprotocol, or as the first message.
 */
export interface Authentication {
  token(): Promise<Token>;
  /** The subprotocols to offer, `bearerProtocols` for this backend; none where it is left out. */
  protocols?(token: string): string[];
  /** The message to send first, and with every fresh token; null for none. */
  message?(token: string): object | null;
}

export interface AuthMessage {
  type: "auth";
  payload: Messages["auth"];
}

export const authMessage = (token: string): AuthMessage => ({ type: "auth", payload: { token } });

/** The token before the connection is made: one that is not good is refused with HTTP 401. */
export const bearerProtocols = (token: string): string[] => ["trading-api", `bearer.${token}`];

/** ms, or null where the token does not say. */
export function expiryOf({ value, expiresAt }: Token): number | null {
  if (expiresAt !== undefined) return expiresAt;
  try {
    const claims = (value.split(".")[1] ?? "").replaceAll("-", "+").replaceAll("_", "/");
    const { exp } = JSON.parse(atob(claims));
    return typeof exp === "number" ? exp * 1_000 : null;
  } catch {
    return null;
  }
}
