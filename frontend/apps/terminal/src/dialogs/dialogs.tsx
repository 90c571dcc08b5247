import { createEffect, Match, onCleanup, Suspense, Switch } from "solid-js";
import { type OpenDialog, useApp } from "../app-store.ts";
import { ConfirmDialog } from "./confirm-dialog.tsx";
import { dialogPart } from "./dialog-part.tsx";
import { named } from "./named.ts";
import { TokenDialog } from "./token-dialog.tsx";

const SymbolSearch = dialogPart(() => import("../market/symbol-search.tsx"));
const AccountsDialog = dialogPart(() => import("../accounts/accounts-dialog.tsx"));
const AlertDialog = dialogPart(() => import("../alerts/alert-dialog.tsx"));
const DrawingsDialog = dialogPart(() => import("../chart/drawings/drawings-dialog.tsx"));
const IndicatorsDialog = dialogPart(() => import("../chart/indicators/indicators-dialog.tsx"));
const LayoutDialog = dialogPart(() => import("../workspace/layout-dialog.tsx"));
const ShortcutsDialog = dialogPart(() => import("./shortcuts-dialog.tsx"));
const CompareDialog = dialogPart(() => import("../chart/view/compare-dialog.tsx"));
const GoToDialog = dialogPart(() => import("../chart/view/go-to-dialog.tsx"));
const NotificationCentre = dialogPart(() => import("../notifications/notification-centre.tsx"));

const OrderDialogs = dialogPart(() => import("./order-dialogs.tsx"));
const ORDER_DIALOGS = new Set<NonNullable<OpenDialog>["name"] | undefined>([
  "modify",
  "close",
  "protect",
  "leverage",
]);
/** The time after the account is loaded, for what an outage must not keep from a trader. */
const PRELOAD_MS = 2_000;

export function Dialogs() {
  const { dialog, account } = useApp();
  createEffect(() => {
    if (account.loading !== "loaded") return;
    const timer = setTimeout(() => void OrderDialogs.preload(), PRELOAD_MS);
    onCleanup(() => clearTimeout(timer));
  });
  return (
    <Switch>
      <Match when={named(dialog(), "search")}>
        {(open) => (
          <Suspense>
            <SymbolSearch adds={open().adds ?? false} />
          </Suspense>
        )}
      </Match>
      <Match when={named(dialog(), "goTo")}>
        <Suspense>
          <GoToDialog />
        </Suspense>
      </Match>
      <Match when={named(dialog(), "compare")}>
        <Suspense>
          <CompareDialog />
        </Suspense>
      </Match>
      <Match when={ORDER_DIALOGS.has(dialog()?.name)}>
        <Suspense>
          <OrderDialogs />
        </Suspense>
      </Match>
      <Match when={named(dialog(), "confirm")}>{(open) => <ConfirmDialog {...open()} />}</Match>
      <Match when={named(dialog(), "token")}>
        <TokenDialog />
      </Match>
      <Match when={named(dialog(), "accounts")}>
        <Suspense>
          <AccountsDialog />
        </Suspense>
      </Match>
      <Match when={named(dialog(), "alert")}>
        {(open) => (
          <Suspense>
            <AlertDialog {...open()} />
          </Suspense>
        )}
      </Match>
      <Match when={named(dialog(), "notifications")}>
        <Suspense>
          <NotificationCentre />
        </Suspense>
      </Match>
      <Match when={named(dialog(), "drawings")}>
        {(open) => (
          <Suspense>
            <DrawingsDialog id={open().id} />
          </Suspense>
        )}
      </Match>
      <Match when={named(dialog(), "indicators")}>
        {(open) => (
          <Suspense>
            <IndicatorsDialog id={open().id} />
          </Suspense>
        )}
      </Match>
      <Match when={named(dialog(), "shortcuts")}>
        <Suspense>
          <ShortcutsDialog />
        </Suspense>
      </Match>
      <Match when={named(dialog(), "layout")}>
        <Suspense>
          <LayoutDialog />
        </Suspense>
      </Match>
    </Switch>
  );
}
