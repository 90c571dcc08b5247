import { createUniqueId, type JSX, onMount } from "solid-js";

export interface DialogProps {
  title: string;
  class?: string;
  children: JSX.Element;
  onClose(): void;
}

/** A modal dialog. Escape, the cross and a click outside of it close it. */
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
      onClose={() => props.onClose()}
      onClick={(event) => {
        if (event.target === dialog) dialog.close();
      }}
    >
      <div class="dialog-body">
        <header>
          <h2 id={id}>{props.title}</h2>
          <button type="button" class="quiet" aria-label="Close" onClick={() => dialog.close()}>
            ✕
          </button>
        </header>
        {props.children}
      </div>
    </dialog>
  );
}
