import { For, Show } from "solid-js";
import { useDesk } from "../desk.ts";

export function Toasts() {
  const { notices } = useDesk();
  return (
    <section class="toasts" aria-label="Notices" aria-live="polite">
      <For each={notices.all}>
        {(notice) => (
          <article
            class={`toast ${notice.tone}`}
            role={notice.tone === "error" ? "alert" : "status"}
          >
            <div>
              <strong>{notice.title}</strong>
              <p>{notice.text}</p>
              <Show when={notice.advice}>
                <p class="advice">{notice.advice}</p>
              </Show>
              <Show when={notice.action}>
                {(action) => (
                  <button
                    type="button"
                    class="link"
                    onClick={() => {
                      action().run();
                      notices.dismiss(notice.id);
                    }}
                  >
                    {action().label}
                  </button>
                )}
              </Show>
            </div>
            <button
              type="button"
              class="quiet"
              aria-label="Dismiss"
              onClick={() => notices.dismiss(notice.id)}
            >
              ✕
            </button>
          </article>
        )}
      </For>
    </section>
  );
}
