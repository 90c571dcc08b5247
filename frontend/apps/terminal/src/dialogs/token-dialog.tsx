import { createSignal, Show } from "solid-js";
import { signIn, storedToken } from "../authentication.ts";
import { signIn as texts } from "../texts/sign-in.ts";
import { Dialog } from "../widgets/dialog.tsx";

/** Asks for a token, which a server with AUTH_MODE requires. Nothing works without one. */
export default function TokenDialog() {
  const [token, setToken] = createSignal("");
  const wasRejected = storedToken() !== null;
  return (
    <Dialog title={texts.title}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (token().trim() !== "") signIn(token().trim());
        }}
      >
        <p class="muted">{texts.why}</p>
        <Show when={wasRejected}>
          <p class="problem" role="alert">
            {texts.notAccepted}
          </p>
        </Show>
        <input
          type="password"
          aria-label={texts.token}
          placeholder={texts.token}
          autocomplete="off"
          onInput={({ currentTarget }) => setToken(currentTarget.value)}
        />
        <footer>
          <button type="submit" class="primary" disabled={token().trim() === ""}>
            {texts.title}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
