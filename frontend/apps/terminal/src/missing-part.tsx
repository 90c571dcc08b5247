import { reloadWhenServed } from "./page-reload.ts";
import { texts } from "./texts/texts.ts";

/** What a panel shows in place of a part that could not be loaded. */
export function MissingPart() {
  return (
    <p class="empty" role="alert">
      {texts.parts.missing}{" "}
      <button type="button" class="link" onClick={() => void reloadWhenServed()}>
        {texts.parts.reload}
      </button>
    </p>
  );
}
