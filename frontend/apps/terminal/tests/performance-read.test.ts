import type { AccountState, Equity } from "@trading-api/client";
import { createRoot, createSignal } from "solid-js";
import { expect, test, vi } from "vitest";
import { createPerformanceRead } from "../src/account/performance-read.ts";

const socket = { onState: () => () => {} };
const state = (balance: number) => ({ balance }) as AccountState;
const report = (seq: number, deposited = 1_000, equity = 1_000) =>
  ({ equity, deposited, seq }) as Equity;

test("figures are read again after a deposit and a reset to the same balance, and not for prices", async () => {
  vi.useFakeTimers();
  const [account, setAccount] = createSignal(state(1_000));
  const [equity, setEquity] = createSignal(report(1));
  let reads = 0;
  const dispose = createRoot((dispose) => {
    const source = {
      get state() {
        return account();
      },
      get equity() {
        return equity();
      },
    };
    createPerformanceRead(socket, source, async () => {
      reads += 1;
      return reads;
    });
    return dispose;
  });
  const readsAfter = async (change: () => void) => {
    change();
    await vi.advanceTimersByTimeAsync(10_000);
    return reads;
  };
  expect(await readsAfter(() => {})).toBe(1);
  expect(await readsAfter(() => setEquity(report(1, 1_000, 999)))).toBe(1);
  // A deposit whose balance is not reported yet.
  expect(await readsAfter(() => setEquity(report(2, 1_100)))).toBe(2);
  // A reset to the same balance is another event of the account.
  expect(await readsAfter(() => setEquity(report(3, 1_100)))).toBe(3);
  expect(await readsAfter(() => setAccount(state(1_100)))).toBe(4);
  dispose();
  vi.useRealTimers();
});
