import { createSignal } from "solid-js";

/** How much room the window has. The style sheets have the same bounds. */
export type WindowKind = "phone" | "tablet" | "wide";

const phone = matchMedia("(max-width: 760px), (max-height: 480px)");
const tablet = matchMedia("(max-width: 1180px)");
const read = (): WindowKind => (phone.matches ? "phone" : tablet.matches ? "tablet" : "wide");
const [windowKind, setWindowKind] = createSignal<WindowKind>(read());
for (const query of [phone, tablet]) query.addEventListener("change", () => setWindowKind(read()));

export { windowKind };
