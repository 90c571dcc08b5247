import { ApiError, OrderType, Side } from "@trading-api/client";
import { describe, expect, test } from "vitest";
import { affordableQuantity } from "../src/ticket/quick-size.ts";
import {
  commissionOf,
  floorToGrid,
  type SizingInput,
  sizeOf,
  stopDistanceOf,
} from "../src/ticket/sizing.ts";
import { randomFrom } from "./data-table/random.ts";

const INPUT: SizingInput = {
  mode: "money",
  amount: 1_000,
  side: Side.Buy,
  price: 230.97,
  stopDistance: 2,
  pointValue: 1,
  equity: 50_000,
  commission: 0,
  grid: { min: 1, max: 10_000, step: 1 },
};
const sized = (input: Partial<SizingInput>) => sizeOf({ ...INPUT, ...input });

test.each<[string, Partial<SizingInput>, number]>([
  ["money", {}, 4],
  ["money in a currency that is worth less", { price: 153.7, pointValue: 0.0065 }, 1_000],
  ["percent of the equity", { mode: "percent", amount: 10 }, 21],
  ["a risk at the stop", { mode: "risk", amount: 101 }, 50],
  ["a risk with the commission of both fills", { mode: "risk", amount: 101, commission: 0.5 }, 33],
  ["a fine grid", { price: 75_000, grid: { min: 1e-5, max: 9, step: 1e-5 } }, 0.01333],
  ["an exact multiple", { amount: 0.3, price: 1, grid: { min: 0.1, max: 9, step: 0.1 } }, 0.3],
  ["more than the limit", { amount: 1e9 }, 10_000],
])("the quantity for %s", (_, input, quantity) => {
  expect(sized(input)).toMatchObject({ quantity });
});

test.each<[string, Partial<SizingInput>]>([
  ["amount", { amount: null }],
  ["price", { price: undefined }],
  ["rate", { pointValue: 0 }],
  ["equity", { mode: "percent", equity: undefined }],
  ["stop", { mode: "risk", stopDistance: undefined }],
  ["stop", { mode: "risk", stopDistance: -1 }],
  ["small", { amount: 230 }],
])("there is no quantity, because of the %s", (problem, input) => {
  expect(sized(input)).toEqual({ problem });
});

test("a stop is on the side of a loss", () => {
  expect(stopDistanceOf(Side.Buy, 100, 90)).toBe(10);
  expect(stopDistanceOf(Side.Buy, 100, 110)).toBe(-10);
  expect(stopDistanceOf(Side.Sell, 100, 110)).toBe(10);
});

describe("for any amount, price and grid", () => {
  const STEPS = [1, 10, 0.1, 0.01, 0.001, 1e-5, 1e-8, 0.25];
  const random = randomFrom(42);
  const part = () => (random(1_000_000) + 1) / 1_000_000;
  const inputs = Array.from({ length: 3_000 }, (): SizingInput => {
    const step = STEPS[random(STEPS.length)] ?? 1;
    return {
      mode: (["money", "percent", "risk"] as const)[random(3)] ?? "money",
      amount: part() * 10 ** random(6),
      side: random(2) === 0 ? Side.Buy : Side.Sell,
      price: part() * 10 ** random(6),
      stopDistance: part() * 10 ** random(4),
      pointValue: part() * 10 ** (random(4) - 2),
      equity: part() * 1e6,
      commission: random(2) * part(),
      grid: { min: step * (1 + random(3)), max: step * 10 ** (3 + random(5)), step },
    };
  });
  const usedOf = (input: SizingInput, quantity: number): number => {
    const { mode, price = 0, pointValue, equity = 0, stopDistance = 0, commission } = input;
    if (mode === "money") return quantity * price * pointValue;
    if (mode === "percent") return ((quantity * price * pointValue) / equity) * 100;
    return quantity * (stopDistance * pointValue + 2 * commission);
  };

  test("the quantity never exceeds the amount, and one step more would", () => {
    for (const input of inputs) {
      const found = sizeOf(input);
      const { amount, grid } = input;
      if (!("quantity" in found)) {
        expect(usedOf(input, grid.min)).toBeGreaterThan(amount as number);
        continue;
      }
      const { quantity } = found;
      expect(usedOf(input, quantity)).toBeLessThanOrEqual((amount as number) * (1 + 1e-9));
      if (quantity + grid.step <= grid.max) {
        expect(usedOf(input, quantity + grid.step)).toBeGreaterThan(
          (amount as number) * (1 - 1e-9),
        );
      }
    }
  });

  test("the quantity is on the grid and within its limits", () => {
    for (const input of inputs) {
      const found = sizeOf(input);
      if (!("quantity" in found)) continue;
      const { step, min, max } = input.grid;
      const steps = found.quantity / step;
      expect(Math.abs(steps - Math.round(steps))).toBeLessThan(1e-6);
      expect(found.quantity).toBeGreaterThanOrEqual(min);
      expect(found.quantity).toBeLessThanOrEqual(max);
      expect(floorToGrid(found.quantity, input.grid)).toBe(found.quantity);
    }
  });

  test("a larger amount never gives a smaller quantity", () => {
    for (const input of inputs) {
      const less = sizeOf(input);
      const more = sizeOf({ ...input, amount: (input.amount as number) * (1 + part()) });
      if ("quantity" in less) {
        expect("quantity" in more && more.quantity).toBeGreaterThanOrEqual(less.quantity);
      }
    }
  });
});

test("the commission is read from the preview", () => {
  const sections = [
    { header: "Order", rows: [{ title: "Quantity", value: "10" }] },
    { header: "Account", rows: [{ title: "Commission, at most", value: "1.25 USD" }] },
  ];
  expect(commissionOf({ sections })).toBe(1.25);
  expect(commissionOf({ sections: [] })).toBeUndefined();
});

describe("what the free margin pays for", () => {
  const order = { symbol: "AAPL", type: OrderType.Market, side: Side.Buy, qty: 1 };
  const { grid } = INPUT;
  const rejection = (code: string) => new ApiError(422, code, code);
  const find = (estimate: number, check: (qty: number) => ApiError | null) =>
    affordableQuantity({
      order,
      estimate,
      grid,
      preview: async ({ qty }) => {
        const error = check(qty);
        if (error !== null) throw error;
      },
    });

  test("is the estimate where the server accepts it, and less where it does not", async () => {
    expect(await find(433.9, () => null)).toBe(433);
    const tooLittle = (qty: number) => (qty > 415 ? rejection("insufficient_margin") : null);
    expect(await find(433.9, tooLittle)).toBe(412);
    expect(await find(433.9, () => rejection("insufficient_margin"))).toBeNull();
    expect(await find(0.5, () => null)).toBeNull();
  });

  test("is the estimate where the server rejects the order for another reason", async () => {
    expect(await find(433.9, () => rejection("bracket_price_wrong"))).toBe(433);
  });

  test.each([401, 403, 408, 429, 503])("is unknown where the server answers %i", async (status) => {
    await expect(find(433.9, () => new ApiError(status, "busy", "Busy."))).rejects.toThrow("Busy.");
  });
});
