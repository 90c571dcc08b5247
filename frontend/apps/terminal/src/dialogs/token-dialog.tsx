import { createSignal, Show } from "solid-js";
import { signIn, storedToken } from "../authentication.ts";
import { texts } from "../texts/texts.ts";
import { Dialog } from "../widgets/dialog.tsx";

/** Asks for a token, which a server with AUTH_MODE requires. Nothing works without one. */
export function TokenDialog() {
  const [token, setToken] = createSignal("");
  const wasRejected = storedToken() !== null;
  return (
    <Dialog title={texts.signIn.title}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (token().trim() !== "") signIn(token().trim());
        }}
      >
        <p class="muted">{texts.signIn.why}</p>
        <Show when={wasRejected}>
          <p class="problem" role="alert">
            {texts.signIn.notAccepted}
          </p>
        </Show>
        <input
          type="password"
          aria-label={texts.signIn.token}
          placeholder={texts.signIn.token}
          autocomplete="off"
          onInput={({ currentTarget }) => setToken(currentTarget.value)}
        />
        <footer>
          <button type="submit" class="primary" disabled={token().trim() === ""}>
            {texts.signIn.title}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
