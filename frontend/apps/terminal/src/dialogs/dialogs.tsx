import { createEffect, Match, onCleanup, Suspense, Switch } from "solid-js";
import { type OpenDialog, useApp } from "../app-store.ts";
import { ConfirmDialog } from "./confirm-dialog.tsx";
import { dialogPart, LoadingDialog } from "./dialog-part.tsx";
import { named } from "./named.ts";

const TokenDialog = dialogPart(() => import("./token-dialog.tsx"));
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
    <Suspense fallback={<LoadingDialog />}>
      <Switch>
        <Match when={named(dialog(), "search")}>
          {(open) => <SymbolSearch adds={open().adds ?? false} />}
        </Match>
        <Match when={named(dialog(), "goTo")}>
          <GoToDialog />
        </Match>
        <Match when={named(dialog(), "compare")}>
          <CompareDialog />
        </Match>
        <Match when={ORDER_DIALOGS.has(dialog()?.name)}>
          <OrderDialogs />
        </Match>
        <Match when={named(dialog(), "confirm")}>{(open) => <ConfirmDialog {...open()} />}</Match>
        <Match when={named(dialog(), "token")}>
          <TokenDialog />
        </Match>
        <Match when={named(dialog(), "accounts")}>
          <AccountsDialog />
        </Match>
        <Match when={named(dialog(), "alert")}>{(open) => <AlertDialog {...open()} />}</Match>
        <Match when={named(dialog(), "notifications")}>
          <NotificationCentre />
        </Match>
        <Match when={named(dialog(), "drawings")}>
          {(open) => <DrawingsDialog id={open().id} />}
        </Match>
        <Match when={named(dialog(), "indicators")}>
          {(open) => <IndicatorsDialog id={open().id} />}
        </Match>
        <Match when={named(dialog(), "shortcuts")}>
          <ShortcutsDialog />
        </Match>
        <Match when={named(dialog(), "layout")}>
          <LayoutDialog />
        </Match>
      </Switch>
    </Suspense>
  );
}
