import { createSignal } from "solid-js";
import { beforeEach, expect, test } from "vitest";
import type { WindowKind } from "../src/workspace/window-kind.ts";
import { Workspace } from "../src/workspace/workspace.ts";
import { store } from "./support/storage.ts";

beforeEach(() => void store({}));

test("sizes are remembered for each kind of window, once a change is complete", () => {
  const [kind, setKind] = createSignal<WindowKind>("wide");
  const workspace = new Workspace(kind);
  workspace.setSize("watchlist", 300.4);
  workspace.setSize("panels", 200, false);
  setKind("tablet");
  expect(workspace.size("watchlist")).toBeUndefined();
  workspace.setSize("side", 320);
  const again = new Workspace(kind);
  expect(again.styles()).toEqual({ "--side-size": "320px" });
  setKind("wide");
  expect(again.styles()).toEqual({ "--watchlist-size": "300px" });
  again.setSize("watchlist", undefined);
  expect(again.styles()).toEqual({});
});

test("a phone has no sizes and hides nothing", () => {
  const [kind, setKind] = createSignal<WindowKind>("wide");
  const workspace = new Workspace(kind);
  workspace.setHidden("panels", true);
  setKind("phone");
  workspace.setSize("panels", 200);
  expect(workspace.isHidden("panels")).toBe(false);
  expect(workspace.styles()).toEqual({});
  setKind("wide");
  expect(workspace.isHidden("panels")).toBe(true);
});

test("a pane that is given a size is shown", () => {
  const workspace = new Workspace(() => "wide");
  workspace.toggle("side");
  expect(workspace.hiddenText()).toBe("side");
  workspace.setSize("side", 300);
  expect(workspace.hiddenText()).toBe("");
});

test.each([
  [7],
  ["{broken"],
  [null],
  [{ sizes: { watchlist: "wide", side: -1, panels: 1e9, toString: 3 }, hidden: ["lower", "none"] }],
])("what is stored and not valid is ignored: %j", (stored) => {
  store({ "panes.wide": stored });
  const workspace = new Workspace(() => "wide");
  expect(workspace.styles()).toEqual({});
  expect(["", "lower"]).toContain(workspace.hiddenText());
});

test("a snapshot restores the sizes, and without one they are the usual ones", () => {
  const workspace = new Workspace(() => "wide");
  workspace.setSize("side", 320);
  workspace.setHidden("watchlist", true);
  const snapshot = JSON.parse(JSON.stringify(workspace.snapshot()));
  workspace.restore();
  expect(workspace.styles()).toEqual({});
  workspace.restore(snapshot);
  expect(workspace.styles()).toEqual({ "--side-size": "320px" });
  expect(new Workspace(() => "wide").hiddenText()).toBe("watchlist");
});
