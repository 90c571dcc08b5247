import type { KLineData } from "klinecharts";

/** Return a function that returns numbers from 0 to 1, the same ones for each seed. */
export function randomNumbers(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), 1 | state);
    mixed = (mixed + Math.imul(mixed ^ (mixed >>> 7), 61 | mixed)) ^ mixed;
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 4_294_967_296;
  };
}

const MINUTE_MS = 60_000;

/** Return bars of one minute, some of them without volume or without a move. */
export function randomBars(count: number, seed: number, firstMs = 0): KLineData[] {
  const random = randomNumbers(seed);
  let close = 100;
  return Array.from({ length: count }, (_, index) => {
    const open = close;
    if (random() > 0.1) close = round(open + random() - 0.5);
    const high = round(Math.max(open, close) + (random() > 0.2 ? random() * 0.3 : 0));
    const low = round(Math.min(open, close) - (random() > 0.2 ? random() * 0.3 : 0));
    const volume = random() > 0.1 ? Math.floor(random() * 1_000) : 0;
    return { timestamp: firstMs + index * MINUTE_MS, open, high, low, close, volume };
  });
}

/** Return the bars as they were at some earlier states while they formed, and then at last. */
export function formingBars(bar: KLineData, random: () => number): KLineData[] {
  const states = Math.floor(random() * 4);
  const earlier = Array.from({ length: states }, () => {
    const close = round(bar.low + random() * (bar.high - bar.low));
    return { ...bar, close, volume: Math.floor(random() * (bar.volume ?? 0)) };
  });
  return [...earlier, { ...bar }];
}

const round = (value: number): number => Number(value.toFixed(2));
