import { readStored, writeStored } from "./persisted-signal.ts";

const NAME = "account";

/** Return the account that was chosen last in this browser, or undefined. */
export function chosenAccount(): string | undefined {
  const id = readStored<unknown>(NAME, undefined);
  return typeof id === "string" && id !== "" ? id : undefined;
}

export function forgetAccount(): void {
  writeStored(NAME, undefined);
}

/** Remember an account, and open it on another page, so that no state of this one remains. */
export function openAccount(id: string): void {
  writeStored(NAME, id);
  const address = new URL(location.href);
  address.searchParams.set("account", id);
  // The page remembers the symbol that is shown now.
  address.searchParams.delete("symbol");
  location.assign(address);
}
