import { createSignal, type JSX, Show } from "solid-js";
import { useApp } from "../app-store.ts";
import { adviceFor, messageOf } from "../error-messages.ts";
import { dialogs as texts } from "../texts/dialogs.ts";
import { Dialog } from "../widgets/dialog.tsx";

export interface CommandFormProps {
  title: string;
  label: string;
  isValid: boolean;
  children: JSX.Element;
  send(): Promise<unknown>;
}

/** A dialog that sends one command. If the command fails, it stays open and shows the error. */
export function CommandForm(props: CommandFormProps) {
  const app = useApp();
  const [problem, setProblem] = createSignal("");
  const [isSending, setIsSending] = createSignal(false);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (isSending()) return;
    setIsSending(true);
    try {
      await props.send();
      app.openDialog(null);
    } catch (error) {
      setProblem(`${messageOf(error)} ${adviceFor(error) ?? ""}`);
    } finally {
      setIsSending(false);
    }
  };
  return (
    <Dialog title={props.title} onClose={() => app.openDialog(null)}>
      <form onSubmit={submit}>
        {props.children}
        <Show when={problem() !== ""}>
          <p class="problem" role="alert">
            {problem()}
          </p>
        </Show>
        <footer>
          <button type="button" onClick={() => app.openDialog(null)}>
            {texts.keep}
          </button>
          <button type="submit" class="primary" disabled={!props.isValid || isSending()}>
            {props.label}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
