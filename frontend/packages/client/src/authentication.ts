import type { Messages } from "./generated/socket.ts";

export interface Token {
  value: string;
  /** The expiry in ms UTC. A fresh token is requested before it. The default is a JWT's `exp`. */
  expiresAt?: number;
}

/**
 * How REST requests and connections authenticate themselves. A browser cannot send headers with a
 * WebSocket, so the token is sent as a subprotocol or as the first message.
 */
export interface Authentication {
  /**
   * Return a valid token. It is called for every REST request, before every connection, and before
   * a token expires, so it should cache the token.
   */
  token(): Promise<Token>;
  /** Return the subprotocols to offer: `bearerProtocols` for this backend. The default is none. */
  protocols?(token: string): string[];
  /** Return the message to send first and after each refresh, or null. The default is `auth`. */
  message?(token: string): object | null;
}

export interface AuthMessage {
  type: "auth";
  payload: Messages["auth"];
}

export const authMessage = (token: string): AuthMessage => ({ type: "auth", payload: { token } });

/** Return subprotocols that carry the token. The backend answers an invalid one with HTTP 401. */
export const bearerProtocols = (token: string): string[] => ["trading-api", `bearer.${token}`];

/** Return the expiry of a token in ms UTC, or null if it has none. */
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
