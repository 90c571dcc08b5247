import { createSignal, Show } from "solid-js";
import { signIn, storedToken } from "../authentication.ts";
import { Dialog } from "../widgets/dialog.tsx";

/** Asks for a token, which a server with AUTH_MODE requires. Nothing works without one. */
export function TokenDialog() {
  const [token, setToken] = createSignal("");
  const wasRejected = storedToken() !== null;
  return (
    <Dialog title="Sign in">
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (token().trim() !== "") signIn(token().trim());
        }}
      >
        <p class="muted">This server answers only callers with a token.</p>
        <Show when={wasRejected}>
          <p class="problem" role="alert">
            The token was not accepted. It may have expired: get a fresh one.
          </p>
        </Show>
        <input
          type="password"
          aria-label="Token"
          placeholder="Token"
          autocomplete="off"
          onInput={({ currentTarget }) => setToken(currentTarget.value)}
        />
        <footer>
          <button type="submit" class="primary" disabled={token().trim() === ""}>
            Sign in
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
