import { ApiError, type Authentication } from "@trading-api/client";

const KEY = "trading_api.token";

/** Return the token that was entered in this tab, or null. It is stored until the tab is closed. */
export function storedToken(): string | null {
  try {
    return sessionStorage.getItem(KEY);
  } catch {
    return null;
  }
}

/** Store the token and reload the page with it. */
export function signIn(token: string): void {
  sessionStorage.setItem(KEY, token);
  location.reload();
}

/** Remove the token and reload the page without it. */
export function signOut(): void {
  sessionStorage.removeItem(KEY);
  location.reload();
}

export function authentication(): { authentication?: Authentication } {
  const value = storedToken();
  return value === null ? {} : { authentication: { token: async () => ({ value }) } };
}

/** Return whether the error is an HTTP 401. */
export const isUnauthenticated = (error: unknown): boolean =>
  error instanceof ApiError && error.status === 401;
