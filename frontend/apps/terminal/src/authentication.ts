import { ApiError, type Authentication } from "@trading-api/client";

const KEY = "trading_api.token";

/** The token that was entered in this tab, which forgets it when it is closed. */
export function storedToken(): string | null {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** The page begins anew with it. */
export function signIn(token: string): void {
  sessionStorage.setItem(KEY, token);
  location.reload();
}

export function authentication(): { authentication?: Authentication } {
  const value = storedToken();
  return value === null ? {} : { authentication: { token: async () => ({ value }) } };
}

export const isUnauthenticated = (error: unknown): boolean =>
  error instanceof ApiError && error.status === 401;
