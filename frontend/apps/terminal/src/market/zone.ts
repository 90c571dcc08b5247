import type { SymbolInfo } from "@trading-api/client";
import { type Accessor, createMemo } from "solid-js";
import { useApp } from "../app-store.ts";
import { localZone, type TimeZone, timeZone, UTC } from "../chart/view/time-zone.ts";
import { ViewSettings } from "../chart/view/view-settings.ts";

/** Return the zone in which the active chart shows the times of a symbol. */
export function createZone(info: () => SymbolInfo | null): Accessor<TimeZone> {
  const { charts } = useApp();
  const settings = createMemo(() => new ViewSettings(charts.active()));
  return createMemo(() => {
    const zone = settings().zone();
    if (zone === "local") return localZone();
    return zone === "exchange" ? timeZone(info()?.timezone ?? UTC.name) : UTC;
  });
}
