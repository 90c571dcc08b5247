import { useApp } from "../app-store.ts";
import { texts } from "../texts/texts.ts";
import { Choice } from "../widgets/choice.tsx";
import type { Aside } from "./workspace.ts";

const OPTIONS = (["watchlist", "market"] as const).map((value: Aside) => ({
  value,
  label: texts.workspace.asideParts[value],
}));

/** Chooses what a tablet shows under the ticket. */
export function AsideTabs() {
  const { workspace } = useApp();
  return (
    <div class="aside-tabs">
      <Choice
        label={texts.workspace.aside}
        options={OPTIONS}
        value={workspace.aside()}
        onChange={workspace.setAside}
      />
    </div>
  );
}
