import { createMemo, For, onCleanup, onMount, untrack } from "solid-js";
import { useApp } from "../../app-store.ts";
import { price } from "../../format.ts";
import { lines } from "../../texts/lines.ts";
import "./chart-menu.css";
import { type ChartPlace, type MenuEntry, menuGroups } from "./menu-entries.ts";

export interface ChartMenuProps {
  place: ChartPlace;
  /** Where the menu opens, in the coordinates of the viewport. */
  x: number;
  y: number;
  onClose(): void;
}

const MARGIN_PX = 8;

/** A menu of what can be done at a price. Escape and a press outside of it close it. */
export default function ChartMenu(props: ChartMenuProps) {
  const app = useApp();
  const before = document.activeElement;
  // The market may move while the menu is open, but no entry may change under the pointer.
  const groups = createMemo(() => untrack(() => menuGroups(app, props.place)));
  let menu!: HTMLDivElement;
  const items = () => [...menu.querySelectorAll<HTMLElement>("button:not(:disabled)")];
  onMount(() => {
    menu.showPopover();
    const { width, height } = menu.getBoundingClientRect();
    const clamp = (at: number, size: number, room: number) =>
      Math.max(MARGIN_PX, Math.min(at, room - size - MARGIN_PX));
    menu.style.left = `${clamp(props.x, width, innerWidth)}px`;
    menu.style.top = `${clamp(props.y, height, innerHeight)}px`;
    items()[0]?.focus();
    const closeOutside = ({ target }: Event) => {
      if (!menu.contains(target as Node)) props.onClose();
    };
    document.addEventListener("pointerdown", closeOutside, { capture: true });
    addEventListener("resize", props.onClose);
    onCleanup(() => {
      document.removeEventListener("pointerdown", closeOutside, { capture: true });
      removeEventListener("resize", props.onClose);
    });
  });
  const close = () => {
    props.onClose();
    if (before instanceof HTMLElement) before.focus();
  };
  const choose = (entry: MenuEntry) => {
    // The focus returns first, because the entry may open a dialog.
    close();
    entry.run();
  };
  const onKeyDown = (event: KeyboardEvent) => {
    const all = items();
    const at = all.indexOf(document.activeElement as HTMLElement);
    const next = {
      ArrowDown: at + 1,
      ArrowUp: at - 1,
      Home: 0,
      End: -1,
    }[event.key];
    if (next !== undefined) all.at(next % all.length)?.focus();
    else if (event.key === "Escape" || event.key === "Tab") close();
    else if (event.key !== "Enter" && event.key !== " ") return;
    if (event.key !== "Enter" && event.key !== " ") event.preventDefault();
    event.stopPropagation();
  };
  return (
    <div
      ref={menu}
      popover="manual"
      class="chart-menu"
      role="menu"
      aria-label={lines.menu(price(props.place.price, props.place.decimals))}
      onKeyDown={onKeyDown}
      onContextMenu={(event) => event.preventDefault()}
    >
      <For each={groups()}>
        {(group, index) => (
          <>
            {index() > 0 && <hr />}
            <For each={group}>
              {(entry) => (
                <button
                  type="button"
                  {...roleOf(entry)}
                  tabindex={-1}
                  disabled={entry.isDisabled ?? false}
                  onClick={() => choose(entry)}
                >
                  {entry.label}
                </button>
              )}
            </For>
          </>
        )}
      </For>
    </div>
  );
}

const roleOf = ({ isOn }: MenuEntry) =>
  isOn === undefined
    ? ({ role: "menuitem" } as const)
    : ({ role: "menuitemcheckbox", "aria-checked": isOn } as const);
