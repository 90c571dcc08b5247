import { onCleanup } from "solid-js";
import { useApp } from "../app-store.ts";
import { Dialog } from "../widgets/dialog.tsx";

/** Asks before a command of an account of real money. Enter confirms, and Escape does not. */
export function ConfirmDialog(props: { text: string; onAnswer: (isConfirmed: boolean) => void }) {
  const app = useApp();
  const { onAnswer } = props;
  const close = () => app.openDialog(null);
  // Another dialog may replace this one.
  onCleanup(() => onAnswer(false));
  return (
    <Dialog title="Real money" class="live" onClose={close}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          onAnswer(true);
          close();
        }}
      >
        <p>
          <strong>{props.text}</strong>
        </p>
        <p class="muted">This goes to the venue of {app.account.id}.</p>
        <footer>
          <button type="button" onClick={close}>
            Do nothing
          </button>
          <button type="submit" class="primary" autofocus>
            {props.text}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
