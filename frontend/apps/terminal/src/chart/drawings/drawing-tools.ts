import { createSignal } from "solid-js";
import { persistedSignal } from "../../persisted-signal.ts";
import type { DrawingKind } from "./drawing.ts";
import type { Magnet } from "./geometry.ts";

const [tool, setTool] = createSignal<DrawingKind | null>(null);
const [selected, setSelected] = createSignal<string | null>(null);
const [storedMagnet, setMagnet] = persistedSignal<Magnet>("drawings-magnet", "off");
const [isLocked, setIsLocked] = persistedSignal("drawings-locked", false);
const [isHidden, setIsHidden] = persistedSignal("drawings-hidden", false);
const [isLoaded, setIsLoaded] = createSignal(false);

const MAGNETS: readonly Magnet[] = ["off", "weak", "strong"];

/** What the drawing bar chooses for all charts. */
export const drawingTools = {
  /** The kind of the next drawing; null to select and move drawings. */
  tool,
  /** The id of the selected drawing of the active chart. */
  selected,
  setSelected,
  magnet: (): Magnet => MAGNETS.find((each) => each === storedMagnet()) ?? "off",
  isLocked: (): boolean => isLocked() === true,
  setIsLocked,
  isHidden: (): boolean => isHidden() === true,
  setIsHidden,
  /** Whether what draws is loaded for charts that have no drawing. */
  isLoaded,
  load: (): boolean => setIsLoaded(true),
  /** Choose a tool. Drawings that are hidden are shown again, because another one follows. */
  choose(kind: DrawingKind | null): void {
    if (kind !== null) setIsHidden(false);
    setSelected(null);
    setTool(kind);
  },
  nextMagnet(): void {
    const next = MAGNETS[(MAGNETS.indexOf(drawingTools.magnet()) + 1) % MAGNETS.length];
    if (next !== undefined) setMagnet(next);
  },
};
