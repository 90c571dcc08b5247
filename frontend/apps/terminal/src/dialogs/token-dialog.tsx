import { createSignal, Show } from "solid-js";
import { useApp } from "../app-store.ts";
import { signIn, storedToken } from "../authentication.ts";
import { Dialog } from "../widgets/dialog.tsx";

/** A server with AUTH_MODE answers only those who have a token. */
export function TokenDialog() {
  const app = useApp();
  const [token, setToken] = createSignal("");
  const wasRefused = storedToken() !== null;
  return (
    <Dialog title="Who is there?" onClose={() => app.openDialog(null)}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (token().trim() !== "") signIn(token().trim());
        }}
      >
        <p class="muted">This server answers only callers with a token.</p>
        <Show when={wasRefused}>
          <p class="problem" role="alert">
            The token was not accepted. It may have ended: ask for a fresh one.
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
            Come in
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
