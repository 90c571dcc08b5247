import { lazy, Match, Suspense, Switch } from "solid-js";
import { type OpenDialog, useApp } from "../app-store.ts";
import { CloseDialog } from "./close-dialog.tsx";
import { ConfirmDialog } from "./confirm-dialog.tsx";
import { LeverageDialog } from "./leverage-dialog.tsx";
import { ModifyDialog } from "./modify-dialog.tsx";
import { ProtectDialog } from "./protect-dialog.tsx";
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

export function Dialogs() {
  const { dialog } = useApp();
  return (
    <Switch>
      <Match when={of(dialog(), "search")}>
        {(open) => (
          <Suspense>
            <SymbolSearch adds={open().adds ?? false} />
          </Suspense>
        )}
      </Match>
      <Match when={of(dialog(), "goTo")}>
        <Suspense>
          <GoToDialog />
        </Suspense>
      </Match>
      <Match when={of(dialog(), "compare")}>
        <Suspense>
          <CompareDialog />
        </Suspense>
      </Match>
      <Match when={of(dialog(), "modify")}>{(open) => <ModifyDialog order={open().order} />}</Match>
      <Match when={of(dialog(), "close")}>
        {(open) => <CloseDialog position={open().position} />}
      </Match>
      <Match when={of(dialog(), "protect")}>
        {(open) => <ProtectDialog position={open().position} />}
      </Match>
      <Match when={of(dialog(), "leverage")}>
        {(open) => <LeverageDialog symbol={open().symbol} />}
      </Match>
      <Match when={of(dialog(), "confirm")}>{(open) => <ConfirmDialog {...open()} />}</Match>
      <Match when={of(dialog(), "token")}>
        <TokenDialog />
      </Match>
      <Match when={of(dialog(), "accounts")}>
        <Suspense>
          <AccountsDialog />
        </Suspense>
      </Match>
      <Match when={of(dialog(), "alert")}>
        {(open) => (
          <Suspense>
            <AlertDialog {...open()} />
          </Suspense>
        )}
      </Match>
      <Match when={of(dialog(), "notifications")}>
        <Suspense>
          <NotificationCentre />
        </Suspense>
      </Match>
      <Match when={of(dialog(), "drawings")}>
        {(open) => (
          <Suspense>
            <DrawingsDialog id={open().id} />
          </Suspense>
        )}
      </Match>
      <Match when={of(dialog(), "indicators")}>
        {(open) => (
          <Suspense>
            <IndicatorsDialog id={open().id} />
          </Suspense>
        )}
      </Match>
      <Match when={of(dialog(), "shortcuts")}>
        <Suspense>
          <ShortcutsDialog />
        </Suspense>
      </Match>
      <Match when={of(dialog(), "layout")}>
        <Suspense>
          <LayoutDialog />
        </Suspense>
      </Match>
    </Switch>
  );
}

type Named<N> = Extract<NonNullable<OpenDialog>, { name: N }>;

const of = <N extends string>(dialog: OpenDialog, name: N): Named<N> | false =>
  dialog?.name === name ? (dialog as Named<N>) : false;
