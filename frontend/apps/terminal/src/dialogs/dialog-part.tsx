import type { Component } from "solid-js";
import { useApp } from "../app-store.ts";
import { MissingPart } from "../missing-part.tsx";
import { part } from "../part.ts";
import { texts } from "../texts/texts.ts";
import { Dialog } from "../widgets/dialog.tsx";

/** Return a dialog that is loaded when it is first opened. If it is missing, a dialog shows that. */
// biome-ignore lint/suspicious/noExplicitAny: a component of any properties
export const dialogPart = <T extends Component<any>>(load: () => Promise<{ default: T }>) =>
  part(load, MissingDialog);

interface ClosedProps {
  /** Called when the user closes the dialog. Without it, the page closes its open dialog. */
  onClose?(): void;
}

function MissingDialog(props: ClosedProps) {
  const app = useApp();
  return (
    <Dialog title={texts.parts.title} onClose={props.onClose ?? (() => app.openDialog(null))}>
      <MissingPart />
    </Dialog>
  );
}

/**
 * What is shown until a dialog is loaded. The page under it takes no keys and no clicks. Sign-in is
 * not left before it is loaded.
 */
export function LoadingDialog(props: ClosedProps) {
  const app = useApp();
  const isRequired = props.onClose === undefined && app.dialog()?.name === "token";
  const closing = isRequired ? {} : { onClose: props.onClose ?? (() => app.openDialog(null)) };
  return (
    <Dialog title={texts.parts.loading} {...closing} returnsFocus>
      {/* Otherwise the next Enter would press the cross. */}
      <p class="muted" role="status" tabindex="-1" autofocus>
        {texts.parts.wait}
      </p>
    </Dialog>
  );
}
