import { For, Show } from "solid-js";
import { useApp } from "../app-store.ts";
import { texts } from "../texts/texts.ts";

export function Toasts() {
  const { notifications } = useApp();
  return (
    <section class="toasts" aria-label={texts.notifications.region} aria-live="polite">
      <For each={notifications.all}>
        {(notification) => (
          <div
            class={`toast ${notification.tone}`}
            role={notification.tone === "error" ? "alert" : "status"}
          >
            <div>
              <strong>{notification.title}</strong>
              <Show when={notification.count > 1}>
                <span class="count">{texts.notifications.times(notification.count)}</span>
              </Show>
              <p>{notification.text}</p>
              <Show when={notification.advice}>
                <p class="advice">{notification.advice}</p>
              </Show>
              <Show when={notification.action}>
                {(action) => (
                  <button
                    type="button"
                    class="link"
                    onClick={() => {
                      action().run();
                      notifications.dismiss(notification.id);
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
              aria-label={texts.notifications.dismiss}
              onClick={() => notifications.dismiss(notification.id)}
            >
              ✕
            </button>
          </div>
        )}
      </For>
    </section>
  );
}
