import { createSignal, For, Show } from "solid-js";
import { useApp } from "../app-store.ts";
import { texts as shared } from "../texts/texts.ts";
import { watchlists as texts } from "../texts/watchlists.ts";
import { Dialog } from "../widgets/dialog.tsx";
import "./watchlist-dialog.css";
import {
  COLUMNS,
  type Column,
  createList,
  deleteList,
  LISTS_MAX,
  NAME_MAX,
  nameProblem,
  renameList,
  type Watchlist,
} from "./watchlists.ts";

export interface WatchlistDialogProps {
  columns: readonly Column[];
  onColumns(columns: readonly Column[]): void;
  onClose(): void;
}

/** Creates, renames and deletes watchlists, and chooses their columns. */
export default function WatchlistDialog(props: WatchlistDialogProps) {
  const { market } = useApp();
  const [name, setName] = createSignal("");
  const [problem, setProblem] = createSignal("");
  const lists = () => market.watchlists?.lists ?? [];
  const names = () => lists().map((list) => list.name);
  const create = (event: SubmitEvent) => {
    event.preventDefault();
    const all = market.watchlists;
    if (all === null) return;
    const found = nameProblem(all, name());
    setProblem(found === null ? "" : texts.problem[found]);
    if (found !== null) return;
    market.change((all) => createList(all, name()));
    setName("");
  };
  const toggle = (column: Column, isShown: boolean) =>
    props.onColumns(
      COLUMNS.filter((each) => (each === column ? isShown : props.columns.includes(each))),
    );
  return (
    <Dialog title={texts.title} class="watchlist-dialog" onClose={() => props.onClose()}>
      <ul class="lists">
        <For each={names()}>
          {(name, index) => (
            <Show when={lists()[index()]}>
              {(list) => (
                <ListRow
                  name={name}
                  list={list()}
                  index={index()}
                  isOnly={lists().length < 2}
                  onProblem={setProblem}
                />
              )}
            </Show>
          )}
        </For>
      </ul>
      <form onSubmit={create}>
        <label class="new-list">
          <span>{texts.newName}</span>
          <input
            maxlength={NAME_MAX}
            autocomplete="off"
            value={name()}
            onInput={({ currentTarget }) => setName(currentTarget.value)}
          />
        </label>
        <button type="submit" disabled={name().trim() === "" || lists().length >= LISTS_MAX}>
          {texts.create}
        </button>
      </form>
      <p class="problem" role="alert">
        {problem()}
      </p>
      <fieldset class="columns">
        <legend>{texts.columns}</legend>
        <For each={COLUMNS}>
          {(column) => (
            <label class="check">
              <input
                type="checkbox"
                checked={props.columns.includes(column)}
                onChange={({ currentTarget }) => toggle(column, currentTarget.checked)}
              />
              {shared.watchlist.columns[column]}
            </label>
          )}
        </For>
      </fieldset>
      <p class="muted">{shared.watchlist.keys}</p>
    </Dialog>
  );
}

interface ListRowProps {
  name: string;
  list: Watchlist;
  index: number;
  isOnly: boolean;
  onProblem(text: string): void;
}

function ListRow(props: ListRowProps) {
  const { market } = useApp();
  const [isConfirming, setIsConfirming] = createSignal(false);
  const rename = (input: HTMLInputElement) => {
    const all = market.watchlists;
    if (all === null) return;
    const found = nameProblem(all, input.value, props.index);
    props.onProblem(found === null ? "" : texts.problem[found]);
    if (found === null) market.change((all) => renameList(all, props.index, input.value));
    else input.value = props.name;
  };
  return (
    <li>
      <input
        aria-label={texts.nameOf(props.name)}
        maxlength={NAME_MAX}
        autocomplete="off"
        value={props.name}
        onChange={({ currentTarget }) => rename(currentTarget)}
      />
      <span class="muted">{texts.count(props.list.symbols.length)}</span>
      <Show
        when={isConfirming()}
        fallback={
          <button
            type="button"
            disabled={props.isOnly}
            aria-label={texts.deleteOf(props.name)}
            onClick={() =>
              props.list.symbols.length > 0
                ? setIsConfirming(true)
                : market.change((all) => deleteList(all, props.index))
            }
          >
            {texts.delete}
          </button>
        }
      >
        <button
          type="button"
          class="danger"
          ref={(button) => queueMicrotask(() => button.focus())}
          onBlur={() => setIsConfirming(false)}
          onClick={() => market.change((all) => deleteList(all, props.index))}
        >
          {texts.confirmDelete(props.list.symbols.length)}
        </button>
      </Show>
    </li>
  );
}
