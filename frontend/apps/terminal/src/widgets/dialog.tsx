import { createUniqueId, type JSX, onMount, Show } from "solid-js";
import { texts } from "../texts/texts.ts";

export interface DialogProps {
  title: string;
  class?: string;
  children: JSX.Element;
  /** Called when the user closes the dialog. Without it the user cannot close it. */
  onClose?(): void;
}

/** A modal dialog. Escape, the cross and a click outside of it close it, unless it must stay. */
export function Dialog(props: DialogProps) {
  const id = createUniqueId();
  let dialog!: HTMLDialogElement;
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
