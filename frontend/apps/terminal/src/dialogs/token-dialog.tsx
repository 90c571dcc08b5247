import { createSignal, Show } from "solid-js";
import { enter, enteredToken } from "../access.ts";
import { useDesk } from "../desk.ts";
import { Dialog } from "../widgets/dialog.tsx";

/** A server with AUTH_MODE answers only those who have a token. */
export function TokenDialog() {
  const desk = useDesk();
  const [token, setToken] = createSignal("");
  const wasRefused = enteredToken() !== null;
  return (
    <Dialog title="Who is there?" onClose={() => desk.open(null)}>
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (token().trim() !== "") enter(token().trim());
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
