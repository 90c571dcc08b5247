import { createSignal, For, Show } from "solid-js";
import { useApp } from "../../app-store.ts";
import { indicators as texts } from "../../texts/indicators.ts";
import { Dialog } from "../../widgets/dialog.tsx";
import { INDICATORS } from "./catalog.ts";
import { indicatorLabel } from "./indicator-label.ts";
import {
  indicatorsOf,
  indicatorTemplates,
  removeTemplate,
  saveTemplate,
  TEMPLATE_NAME_MAX,
} from "./indicator-store.ts";
import "./indicators.css";
import { IndicatorSettingsForm } from "./indicator-settings-form.tsx";
import { INDICATORS_MAX, type IndicatorSettings } from "./settings.ts";

/** The indicators of the active chart: add, change, order and remove them, and use templates. */
export default function IndicatorsDialog(props: { id: string | undefined }) {
  const app = useApp();
  const store = indicatorsOf(app.charts.active());
  const [edited, setEdited] = createSignal(props.id);
  const settings = () => store.list().find(({ id }) => id === edited());
  const close = () => app.openDialog(null);
  const title = () => {
    const shown = settings();
    return shown ? texts.settings(indicatorLabel(shown)) : texts.title(app.symbol());
  };
  return (
    <Dialog title={title()} class="indicators-dialog" onClose={close}>
      <Show when={settings()} fallback={<IndicatorLists store={store} onEdit={setEdited} />}>
        {(settings) => (
          <IndicatorSettingsForm
            settings={settings()}
            onChange={(changes) => store.update(settings().id, changes)}
            onBack={() => setEdited(undefined)}
            onDone={close}
          />
        )}
      </Show>
    </Dialog>
  );
}

type Store = ReturnType<typeof indicatorsOf>;

function IndicatorLists(props: { store: Store; onEdit(id: string): void }) {
  const app = useApp();
  const [search, setSearch] = createSignal("");
  const found = () => {
    const words = search().trim().toLowerCase();
    return INDICATORS.filter(({ name }) => {
      const { short = "", long = "" } = texts.names[name] ?? {};
      return `${short} ${long}`.toLowerCase().includes(words);
    });
  };
  const isFull = () => props.store.list().length >= INDICATORS_MAX;
  return (
    <>
      <input
        type="search"
        aria-label={texts.search}
        placeholder={texts.search}
        value={search()}
        onInput={({ currentTarget }) => setSearch(currentTarget.value)}
      />
      <ul class="indicator-types">
        <For each={found()} fallback={<li class="muted">{texts.notFound}</li>}>
          {({ name }) => (
            <li>
              <button
                type="button"
                disabled={isFull()}
                aria-label={texts.addNamed(texts.names[name]?.long ?? name)}
                onClick={() => props.store.add(name)}
              >
                <strong>{texts.names[name]?.short}</strong> <span>{texts.names[name]?.long}</span>
              </button>
            </li>
          )}
        </For>
      </ul>
      <h3>{texts.shown}</h3>
      <Show when={isFull()}>
        <p class="muted">{texts.full(INDICATORS_MAX)}</p>
      </Show>
      <ul class="indicator-list">
        <For each={props.store.ids()} fallback={<li class="muted">{texts.none}</li>}>
          {(id, index) => (
            <Show when={props.store.find(id)}>
              {(settings) => (
                <ListedIndicator
                  store={props.store}
                  settings={settings()}
                  isFirst={index() === 0}
                  isLast={index() === props.store.ids().length - 1}
                  onEdit={() => props.onEdit(id)}
                />
              )}
            </Show>
          )}
        </For>
      </ul>
      <label class="check">
        <input
          type="checkbox"
          checked={props.store.isOwn()}
          onChange={({ currentTarget }) => props.store.setOwn(currentTarget.checked)}
        />
        <span>
          {texts.own(app.symbol())} <small class="muted">{texts.ownHint}</small>
        </span>
      </label>
      <Templates store={props.store} />
    </>
  );
}

function ListedIndicator(props: {
  store: Store;
  settings: IndicatorSettings;
  isFirst: boolean;
  isLast: boolean;
  onEdit(): void;
}) {
  const name = () => indicatorLabel(props.settings);
  const id = props.settings.id;
  const act = (label: string, sign: string, run: () => void, isDisabled = false) => (
    <button type="button" class="quiet" aria-label={label} disabled={isDisabled} onClick={run}>
      {sign}
    </button>
  );
  return (
    <li data-indicator={props.settings.type}>
      <i style={{ background: props.settings.colours[0] }} />
      <span>{name()}</span>
      {act(texts.up(name()), "↑", () => props.store.move(id, -1), props.isFirst)}
      {act(texts.down(name()), "↓", () => props.store.move(id, 1), props.isLast)}
      {props.settings.isHidden
        ? act(texts.show(name()), "◌", () => props.store.update(id, { isHidden: false }))
        : act(texts.hide(name()), "◉", () => props.store.update(id, { isHidden: true }))}
      {act(texts.settings(name()), "⚙", props.onEdit)}
      {act(texts.remove(name()), "✕", () => props.store.remove(id))}
    </li>
  );
}

function Templates(props: { store: Store }) {
  const [name, setName] = createSignal("");
  const save = (event: SubmitEvent) => {
    event.preventDefault();
    const trimmed = name().trim();
    if (trimmed === "") return;
    saveTemplate(trimmed, props.store.list());
    setName("");
  };
  return (
    <>
      <h3>{texts.templates}</h3>
      <ul class="indicator-list">
        <For each={indicatorTemplates()}>
          {(template) => (
            <li>
              <button
                type="button"
                class="link"
                aria-label={texts.apply(template.name)}
                onClick={() => props.store.set(template.indicators)}
              >
                {template.name}
              </button>
              <button
                type="button"
                class="quiet"
                aria-label={texts.removeTemplate(template.name)}
                onClick={() => removeTemplate(template.name)}
              >
                ✕
              </button>
            </li>
          )}
        </For>
      </ul>
      <form class="indicator-template" onSubmit={save}>
        <input
          aria-label={texts.templateName}
          placeholder={texts.templateName}
          maxlength={TEMPLATE_NAME_MAX}
          value={name()}
          onInput={({ currentTarget }) => setName(currentTarget.value)}
        />
        <button type="submit" disabled={name().trim() === "" || props.store.list().length === 0}>
          {texts.save}
        </button>
      </form>
    </>
  );
}
