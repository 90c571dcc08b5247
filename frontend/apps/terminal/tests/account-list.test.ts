import type { Account, AccountPage } from "@trading-api/client";
import { ApiError } from "@trading-api/client";
import { expect, test } from "vitest";
import { AccountList, isNewId, matching, PAGE } from "../src/accounts/account-list.ts";
import { keyedCommand } from "../src/accounts/keyed-command.ts";

const account = (id: string, name = id): Account =>
  ({ id, name, type: "demo", kind: "paper", currency: "USD" }) as Account;
const all = Array.from({ length: 2 * PAGE + 5 }, (_, number) =>
  account(`A-${String(number).padStart(4, "0")}`),
);
const read = async ({ limit = 10_000, after = "" }: AccountPage): Promise<Account[]> =>
  all.filter(({ id }) => id > after).slice(0, limit);

test("pages follow each other without a gap, and a reload keeps them", async () => {
  const list = new AccountList(read);
  await list.reload();
  expect([list.accounts.length, list.hasMore, list.state]).toEqual([PAGE, true, "loaded"]);
  await list.more();
  await list.more();
  expect(list.accounts).toEqual(all);
  expect(list.hasMore).toBe(false);
  await list.reload();
  expect(list.accounts).toEqual(all);
});

test("a page that cannot be read is reported, and read again", async () => {
  let isDown = true;
  const list = new AccountList((page) => (isDown ? Promise.reject(new Error("down")) : read(page)));
  await list.reload();
  expect(list.state).toBe("failed");
  isDown = false;
  await list.reload();
  expect(list.state).toBe("loaded");
});

test("accounts are found by id and by name, in any case", () => {
  const accounts = [account("ONE", "Breakouts"), account("TWO")];
  expect(matching(accounts, " break ").map(({ id }) => id)).toEqual(["ONE"]);
  expect(matching(accounts, "tw").map(({ id }) => id)).toEqual(["TWO"]);
  expect(matching(accounts, "")).toEqual(accounts);
  expect(matching(accounts, "x")).toEqual([]);
});

test.each([
  ["A", true],
  ["a.b_c-1", true],
  ["x".repeat(64), true],
  ["", false],
  ["x".repeat(65), false],
  ["a b", false],
  ["LIVE-A", false],
  ["live-a", false],
  ["LIVELY", true],
])("%s may be a new account: %s", (id, is) => {
  expect(isNewId(id)).toBe(is);
});

test("a command keeps its key until it was answered", async () => {
  const sent: [string, number][] = [];
  let failure: unknown = new TypeError("no answer");
  let keys = 0;
  const command = keyedCommand(
    async (key, amount: number) => {
      sent.push([key, amount]);
      if (failure !== null) throw failure;
    },
    () => {
      keys += 1;
      return `key-${keys}`;
    },
  );
  await expect(command(5)).rejects.toThrow("no answer");
  await expect(command(5)).rejects.toThrow("no answer");
  await expect(command(6)).rejects.toThrow("no answer");
  failure = new ApiError(409, "insufficient_funds", "Not enough.");
  await expect(command(6)).rejects.toThrow("Not enough.");
  failure = null;
  await command(6);
  await command(6);
  expect(sent).toEqual([
    ["key-1", 5],
    ["key-1", 5],
    ["key-2", 6],
    ["key-2", 6],
    ["key-3", 6],
    ["key-4", 6],
  ]);
});

test.each([401, 403, 408, 429, 503])(
  "a retry that is refused with %i keeps the key",
  async (status) => {
    const keys: string[] = [];
    const answers = [new TypeError("no answer"), new ApiError(status, "refused", "Refused."), null];
    let made = 0;
    const command = keyedCommand(
      async (key, _amount: number) => {
        keys.push(key);
        const answer = answers.shift();
        if (answer) throw answer;
      },
      () => {
        made += 1;
        return `key-${made}`;
      },
    );
    await expect(command(5)).rejects.toThrow("no answer");
    await expect(command(5)).rejects.toThrow("Refused.");
    await command(5);
    expect(keys).toEqual(["key-1", "key-1", "key-1"]);
  },
);
