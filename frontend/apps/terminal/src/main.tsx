import "./style/style.css";
import { createRoot } from "solid-js";
import { render } from "solid-js/web";
import { Desk, DeskProvider } from "./desk.ts";
import { listenForShortcuts } from "./shortcuts.ts";
import { Terminal } from "./terminal.tsx";
import { applyTheme } from "./theme.ts";

const root = document.getElementById("terminal");
if (root === null) throw new Error("The page has no place for the terminal");

createRoot(applyTheme);
const desk = new Desk();
listenForShortcuts(desk);
render(
  () => (
    <DeskProvider value={desk}>
      <Terminal />
    </DeskProvider>
  ),
  root,
);
void desk.start(new URLSearchParams(location.search));
