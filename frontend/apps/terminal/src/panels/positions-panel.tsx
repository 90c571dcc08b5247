import { Show } from "solid-js";
import { useApp } from "../app-store.ts";
import { createLatch } from "../latch.ts";
import { MissingPart } from "../missing-part.tsx";
import { part } from "../part.ts";
import { texts } from "../texts/texts.ts";
import type { PanelProps } from "./panel.tsx";

export const PositionsTable = part(() => import("./positions-table.tsx"), MissingPart);

/** The positions. Their table is loaded once there is one. */
export function PositionsPanel(props: PanelProps) {
  const { account } = useApp();
  const isNeeded = createLatch(() => account.positions.length > 0);
  return (
    <Show when={isNeeded()} fallback={<p class="empty">{texts.panels.noPosition}</p>}>
      <PositionsTable {...props} />
    </Show>
  );
}
