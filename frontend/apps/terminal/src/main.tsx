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
// Each step has its own task. So do the scripts before them and the charts after them. A page that
// answers within 100 ms feels immediate.
setTimeout(() => {
  const app = new AppStore();
  // The requests for the symbols and the account are sent before the screen is made.
  void app.start(new URLSearchParams(location.search));
  listenForShortcuts(app);
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
});
