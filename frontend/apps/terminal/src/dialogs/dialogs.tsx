import { createEffect, lazy, Match, onCleanup, Suspense, Switch } from "solid-js";
import { type OpenDialog, useApp } from "../app-store.ts";
import { ConfirmDialog } from "./confirm-dialog.tsx";
import { named } from "./named.ts";
import { TokenDialog } from "./token-dialog.tsx";

const SymbolSearch = lazy(() => import("../market/symbol-search.tsx"));
const AccountsDialog = lazy(() => import("../accounts/accounts-dialog.tsx"));
const AlertDialog = lazy(() => import("../alerts/alert-dialog.tsx"));
const DrawingsDialog = lazy(() => import("../chart/drawings/drawings-dialog.tsx"));
const IndicatorsDialog = lazy(() => import("../chart/indicators/indicators-dialog.tsx"));
const LayoutDialog = lazy(() => import("../workspace/layout-dialog.tsx"));
const ShortcutsDialog = lazy(() => import("./shortcuts-dialog.tsx"));
const CompareDialog = lazy(() => import("../chart/view/compare-dialog.tsx"));
const GoToDialog = lazy(() => import("../chart/view/go-to-dialog.tsx"));
const NotificationCentre = lazy(() => import("../notifications/notification-centre.tsx"));

const readOrderDialogs = () => import("./order-dialogs.tsx");
const OrderDialogs = lazy(readOrderDialogs);
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
    const timer = setTimeout(() => readOrderDialogs().catch(() => {}), PRELOAD_MS);
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
