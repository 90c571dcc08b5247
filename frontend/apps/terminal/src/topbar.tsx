import { Show } from "solid-js";
import { AccountButton } from "./accounts/account-button.tsx";
import { useApp } from "./app-store.ts";
import * as format from "./format.ts";
import { texts } from "./texts/texts.ts";
import { theme, toggleTheme } from "./theme.ts";
import { ConnectionBadge } from "./widgets/connection-badge.tsx";
import { Icon } from "./widgets/icon.tsx";

export function Topbar() {
  const app = useApp();
  const { account } = app;
  const openProfit = () => account.equity?.unrealizedPL ?? 0;
  return (
    <header class="topbar">
      <h1 class="hidden">{texts.topbar.name}</h1>
      <button
        type="button"
        class="symbol"
        onClick={() => app.openDialog({ name: "search" })}
        aria-label={texts.topbar.findSymbol(app.symbol())}
        aria-keyshortcuts="/"
      >
        <SearchIcon />
        <strong>{app.symbol() || texts.topbar.symbol}</strong>
        <kbd>/</kbd>
      </button>
      <span class="spring" />
      <dl class="account-figures">
        <div>
          <dt>{texts.topbar.equity}</dt>
          <dd data-figure="top-equity">
            {account.equity ? format.money(account.equity.equity) : "…"}
          </dd>
        </div>
        <div>
          <dt>{texts.topbar.openProfit}</dt>
          <dd class={openProfit() > 0 ? "up" : openProfit() < 0 ? "down" : ""}>
            {account.equity ? format.change(openProfit()) : "…"}
          </dd>
        </div>
      </dl>
      <AccountButton />
      <ConnectionBadge />
      <button
        type="button"
        class="quiet icon bell"
        onClick={() => app.openDialog({ name: "notifications" })}
        aria-label={texts.notifications.open(app.notifications.unread)}
        title={texts.notifications.shortcut}
        aria-keyshortcuts="N"
        data-unread={app.notifications.unread > 0}
      >
        <BellIcon />
      </button>
      <button
        type="button"
        class="quiet icon"
        onClick={toggleTheme}
        aria-label={theme() === "dark" ? texts.topbar.toLight : texts.topbar.toDark}
        title={texts.topbar.theme}
        aria-keyshortcuts="D"
      >
        <Show when={theme() === "dark"} fallback={<MoonIcon />}>
          <SunIcon />
        </Show>
      </button>
      <button
        type="button"
        class="quiet icon"
        onClick={() => app.openDialog({ name: "shortcuts" })}
        aria-label={texts.topbar.help}
        title={texts.topbar.helpTitle}
        aria-keyshortcuts="?"
      >
        <span aria-hidden="true">?</span>
      </button>
    </header>
  );
}

const SearchIcon = () => (
  <Icon path="M11 11l3.5 3.5M7 12.5A5.5 5.5 0 1 0 7 1.5a5.5 5.5 0 0 0 0 11z" />
);
const SunIcon = () => (
  <Icon path="M8 11a3 3 0 1 0 0-6 3 3 0 0 0 0 6zM8 1v1.5M8 13.5V15M1 8h1.5M13.5 8H15M3 3l1 1M12 12l1 1M13 3l-1 1M4 12l-1 1" />
);
const BellIcon = () => <Icon path="M4 6.5a4 4 0 0 1 8 0V10l1.5 2h-11L4 10V6.5zM6.5 14.2h3" />;
const MoonIcon = () => <Icon path="M13.5 9.5A6 6 0 0 1 6.5 2.5 6 6 0 1 0 13.5 9.5z" />;
