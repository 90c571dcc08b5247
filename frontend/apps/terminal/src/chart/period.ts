import type { Period } from "klinecharts";

const UNITS = { S: "second", D: "day", W: "week", M: "month" } as const;

/** Return the chart's period of a resolution. A bare number counts minutes. */
export function periodOf(resolution: string): Period {
  const [, count = "", unit = ""] = /^(\d*)([SDWM]?)$/.exec(resolution) ?? [];
  const span = count === "" ? 1 : Number(count);
  return unit === "" ? { type: "minute", span } : { type: UNITS[unit as keyof typeof UNITS], span };
}
