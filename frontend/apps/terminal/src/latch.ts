import { type Accessor, createMemo } from "solid-js";

/** Return whether a condition holds or has held since the latch was created. */
export const createLatch = (condition: () => boolean): Accessor<boolean> =>
  createMemo((was: boolean) => was || condition(), false);
