import { quantity } from "../../format.ts";
import { indicators as texts } from "../../texts/indicators.ts";
import type { IndicatorSettings } from "./settings.ts";

/** Return the name of an indicator with its parameters, such as `BB 20 2`. */
export function indicatorLabel({ type, parameters, source }: IndicatorSettings): string {
  const name = texts.names[type]?.short ?? type;
  const others = source === "close" ? [] : [texts.sources[source] ?? source];
  return [name, ...parameters.map(quantity), ...others].join(" ");
}
