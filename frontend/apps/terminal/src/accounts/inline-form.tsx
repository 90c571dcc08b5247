import { createSignal, createUniqueId, type JSX, Show } from "solid-js";
import { adviceFor, messageOf } from "../error-messages.ts";

export interface InlineFormProps {
  title: string;
  label: string;
  isValid: boolean;
  children: JSX.Element;
  send(): Promise<void>;
}

/** One command of a dialog that stays open. It shows why the command failed. */
export function InlineForm(props: InlineFormProps) {
  const id = createUniqueId();
  const [problem, setProblem] = createSignal("");
  const [isSending, setIsSending] = createSignal(false);
  const submit = async (event: SubmitEvent) => {
    event.preventDefault();
    if (isSending() || !props.isValid) return;
    setIsSending(true);
    setProblem("");
    try {
      await props.send();
    } catch (error) {
      setProblem(`${messageOf(error)} ${adviceFor(error) ?? ""}`);
    } finally {
      setIsSending(false);
    }
  };
  return (
    <form class="inline-form" aria-labelledby={id} onSubmit={(event) => void submit(event)}>
      <h3 id={id}>{props.title}</h3>
      {props.children}
      <Show when={problem() !== ""}>
        <p class="problem" role="alert">
          {problem()}
        </p>
      </Show>
      <button type="submit" disabled={!props.isValid || isSending()}>
        {props.label}
      </button>
    </form>
  );
}
