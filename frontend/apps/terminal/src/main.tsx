import "./style/style.css";
import { createRoot } from "solid-js";
import { render } from "solid-js/web";
import { AppProvider, AppStore } from "./app-store.ts";
import { LANGUAGE } from "./locale.ts";
import { listenForShortcuts } from "./shortcuts.ts";
import { Terminal } from "./terminal.tsx";
import { applyTheme } from "./theme.ts";

const root = document.getElementById("terminal");
if (root === null) throw new Error("The page has no place for the terminal");

document.documentElement.lang = LANGUAGE;
createRoot(applyTheme);
const app = new AppStore();
// The requests for the symbols and the account are sent before the screen is made.
void app.start(new URLSearchParams(location.search));
listenForShortcuts(app);
// In a task of its own, because the scripts take one to be evaluated.
setTimeout(() =>
  render(
    () => (
      <AppProvider value={app}>
        <Terminal />
      </AppProvider>
    ),
    root,
  ),
);
