import { Match, Switch } from "solid-js";
import { useApp } from "../app-store.ts";
import { CloseDialog } from "./close-dialog.tsx";
import { LeverageDialog } from "./leverage-dialog.tsx";
import { ModifyDialog } from "./modify-dialog.tsx";
import { named } from "./named.ts";
import { ProtectDialog } from "./protect-dialog.tsx";

/** The dialogs that change orders, positions and the leverage. */
export default function OrderDialogs() {
  const { dialog } = useApp();
  return (
    <Switch>
      <Match when={named(dialog(), "modify")}>
        {(open) => <ModifyDialog order={open().order} />}
      </Match>
      <Match when={named(dialog(), "close")}>
        {(open) => <CloseDialog position={open().position} />}
      </Match>
      <Match when={named(dialog(), "protect")}>
        {(open) => <ProtectDialog position={open().position} />}
      </Match>
      <Match when={named(dialog(), "leverage")}>
        {(open) => <LeverageDialog symbol={open().symbol} />}
      </Match>
    </Switch>
  );
}
