import { createUniqueId, type JSX, onCleanup, onMount, Show } from "solid-js";
import { texts } from "../texts/texts.ts";

export interface DialogProps {
  title: string;
  class?: string;
  children: JSX.Element;
  /** Called when the user closes the dialog. Without it the user cannot close it. */
  onClose?(): void;
  /** Whether the focus goes back to where it was when the dialog is removed without being closed. */
  returnsFocus?: boolean;
}

/** A modal dialog. Escape, the cross and a click outside of it close it, unless it must stay. */
export function Dialog(props: DialogProps) {
  const id = createUniqueId();
  let dialog!: HTMLDialogElement;
  let isRemoved = false;
  onCleanup(() => {
    isRemoved = true;
    if (props.returnsFocus) dialog.close();
  });
  onMount(() => {
    dialog.showModal();
    // By default the cross would get the focus.
    const first = dialog.querySelector("input");
    first?.focus();
    first?.select();
  });
  return (
    // biome-ignore lint/a11y/useKeyWithClickEvents: Escape closes a dialog by itself
    <dialog
      ref={dialog}
      class={`dialog ${props.class ?? ""}`}
      aria-labelledby={id}
      onCancel={(event) => {
        if (props.onClose === undefined) event.preventDefault();
      }}
      onClose={() => {
        if (isRemoved) return;
        // Browsers close a dialog at a second Escape, whatever `cancel` did.
        if (props.onClose === undefined) dialog.showModal();
        else props.onClose();
      }}
      onClick={(event) => {
        if (event.target === dialog && props.onClose !== undefined) dialog.close();
      }}
    >
      <div class="dialog-body">
        <header>
          <h2 id={id}>{props.title}</h2>
          <Show when={props.onClose}>
            <button
              type="button"
              class="quiet"
              aria-label={texts.widgets.close}
              onClick={() => dialog.close()}
            >
              ✕
            </button>
          </Show>
        </header>
        {props.children}
      </div>
    </dialog>
  );
}
