import { createSignal, For, Show } from "solid-js";
import { useApp } from "../app-store.ts";
import { SHORTCUTS } from "../shortcuts.ts";
import { texts } from "../texts/texts.ts";
import { Dialog } from "../widgets/dialog.tsx";

const { help: text } = texts;

export default function ShortcutsDialog() {
  const app = useApp();
  const [sought, setSought] = createSignal("");
  const groups = () => {
    const words = sought().trim().toLowerCase();
    return SHORTCUTS.map(({ title, shortcuts }) => ({
      title,
      shortcuts: shortcuts.filter(({ keys, action }) =>
        `${keys} ${action} ${title}`.toLowerCase().includes(words),
      ),
    })).filter(({ shortcuts }) => shortcuts.length > 0);
  };
  return (
    <Dialog title={text.title} class="help" onClose={() => app.openDialog(null)}>
      <input
        type="search"
        aria-label={text.search}
        placeholder={text.search}
        autocomplete="off"
        value={sought()}
        onInput={({ currentTarget }) => setSought(currentTarget.value)}
      />
      <section class="shortcut-groups" tabindex="0" aria-label={text.shortcuts}>
        <For each={groups()}>
          {({ title, shortcuts }) => (
            <>
              <h3>{title}</h3>
              <dl class="shortcuts">
                <For each={shortcuts}>
                  {({ keys, action }) => (
                    <div>
                      <dt>
                        <For each={keys.split(" ")}>
                          {(key) => <kbd>{key.replace(/,$/, "")}</kbd>}
                        </For>
                      </dt>
                      <dd>{action}</dd>
                    </div>
                  )}
                </For>
              </dl>
            </>
          )}
        </For>
        <Show when={groups().length === 0}>
          <p class="empty">{text.nothing}</p>
        </Show>
      </section>
      <p class="links">
        <a href="api/v1/docs">{text.rest}</a>
        <a href="api/v1/ws/asyncapi">{text.webSocket}</a>
      </p>
      <p class="muted notice">
        {text.chartsBy}{" "}
        <a href="https://klinecharts.com/" rel="noreferrer">
          {text.chartLibrary}
        </a>
        {text.withPartsOf}{" "}
        <a href="https://www.tradingview.com/" rel="noreferrer">
          {text.otherLibrary}
        </a>
        {text.underThe}{" "}
        <a href="https://www.apache.org/licenses/LICENSE-2.0" rel="noreferrer">
          {text.licence}
        </a>
        .
      </p>
    </Dialog>
  );
}
