import type { Account, AccountId } from "@trading-api/client";
import { createSignal, createUniqueId, For, Match, onMount, Show, Switch } from "solid-js";
import { openAccount } from "../account-choice.ts";
import { useApp } from "../app-store.ts";
import { signOut, storedToken } from "../authentication.ts";
import { accounts as texts } from "../texts/accounts.ts";
import { Dialog } from "../widgets/dialog.tsx";
import "./accounts-dialog.css";
import { AccountKindMark } from "./account-kind.tsx";
import { AccountList, isNewId, matching } from "./account-list.ts";
import { InlineForm } from "./inline-form.tsx";
import { keyedCommand } from "./keyed-command.ts";
import { ManageAccount } from "./manage-account.tsx";

/** A list that is shorter is seen at once. */
const SEARCHED_FROM = 8;

/** Lists the accounts, creates paper accounts, and manages one of them. */
export default function AccountsDialog() {
  const app = useApp();
  const { accounts: rest } = app.client.rest;
  const list = new AccountList((page) => rest.list(page));
  const [search, setSearch] = createSignal("");
  const [managed, setManaged] = createSignal<Account | null>(null);
  const [message, setMessage] = createSignal("");
  onMount(() => {
    void list.reload();
    // Without an answer the list fails too, and says so.
    if (app.account.id !== "") app.account.readName().catch(() => {});
  });
  /** The account that is shown is listed first, also if it was never used. */
  const shown = (): Account[] => {
    const { id, name, kind, currency } = app.account;
    return id === "" ? [] : [{ id: id as AccountId, name, kind, type: kind, currency }];
  };
  const listed = () => [...shown(), ...list.accounts.filter(({ id }) => id !== app.account.id)];
  const found = () => matching(listed(), search());
  const hasSearch = () => list.accounts.length > SEARCHED_FROM || list.hasMore;
  const back = () => {
    setManaged(null);
    void list.reload();
  };
  return (
    <Dialog
      title={managed() === null ? texts.title : nameOf(managed() as Account)}
      class="accounts"
      onClose={() => app.openDialog(null)}
    >
      <Show
        when={managed()}
        fallback={
          <>
            <Show when={hasSearch()}>
              <input
                type="search"
                aria-label={texts.find}
                placeholder={texts.find}
                autocomplete="off"
                value={search()}
                onInput={({ currentTarget }) => setSearch(currentTarget.value)}
              />
            </Show>
            <ul class="account-list" aria-label={texts.list}>
              <For each={found()}>
                {(account) => (
                  <Row
                    account={account}
                    isShown={account.id === app.account.id}
                    onManage={() => setManaged(account)}
                  />
                )}
              </For>
            </ul>
            <Switch>
              <Match when={list.state === "failed"}>
                <p class="problem" role="alert">
                  {texts.failed}{" "}
                  <button type="button" class="link" onClick={() => void list.reload()}>
                    {texts.retry}
                  </button>
                </p>
              </Match>
              <Match when={list.state === "loading" && list.accounts.length === 0}>
                <p class="muted">{texts.loading}</p>
              </Match>
              <Match when={found().length === 0}>
                <p class="muted">{texts.none}</p>
              </Match>
            </Switch>
            <Show when={list.hasMore}>
              <button
                type="button"
                disabled={list.state === "loading"}
                onClick={() => void list.more()}
              >
                {texts.more}
              </button>
            </Show>
            <NewAccount
              onCreated={(id) => {
                setMessage(texts.created(id));
                setSearch("");
                void list.reload();
              }}
            />
            <p class="message" role="status">
              {message()}
            </p>
            <Show when={storedToken() !== null}>
              <button type="button" onClick={signOut}>
                {texts.signOut}
              </button>
            </Show>
          </>
        }
      >
        {(account) => <ManageAccount account={account()} onBack={back} />}
      </Show>
    </Dialog>
  );
}

/** A name that repeats the id is none. */
const nameOf = ({ id, name }: Account): string => name || id;

function Row(props: { account: Account; isShown: boolean; onManage(): void }) {
  return (
    <li data-account={props.account.id} data-kind={props.account.kind}>
      <button
        type="button"
        class="open"
        aria-current={props.isShown}
        onClick={() => openAccount(props.account.id)}
      >
        <span class="names">
          <b>{nameOf(props.account)}</b>{" "}
          <Show when={nameOf(props.account) !== props.account.id}>
            <small>{props.account.id}</small>
          </Show>
        </span>{" "}
        <span class="facts">
          <AccountKindMark kind={props.account.kind} />{" "}
          <small>
            {props.account.currency}
            <Show when={props.isShown}> · {texts.shown}</Show>
          </small>
        </span>
      </button>
      <Show when={props.account.kind === "paper"}>
        <button
          type="button"
          aria-label={texts.manageNamed(nameOf(props.account))}
          onClick={() => props.onManage()}
        >
          {texts.manage}
        </button>
      </Show>
    </li>
  );
}

function NewAccount(props: { onCreated(id: string): void }) {
  const app = useApp();
  const [idField, nameField] = [createUniqueId(), createUniqueId()];
  const [id, setId] = createSignal("");
  const [name, setName] = createSignal("");
  const put = keyedCommand((key, account: string, named: string) =>
    app.client.rest.accounts.put(account, named === "" ? undefined : named, key),
  );
  const create = async () => {
    const created = id().trim();
    await put(created, name().trim());
    setId("");
    setName("");
    props.onCreated(created);
  };
  const isWrong = () => id().trim() !== "" && !isNewId(id().trim());
  return (
    <InlineForm
      title={texts.create}
      label={texts.createButton}
      isValid={isNewId(id().trim())}
      send={create}
    >
      <div class="field">
        <label for={idField}>{texts.id}</label>
        <input
          id={idField}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          maxlength={64}
          value={id()}
          aria-invalid={isWrong()}
          aria-describedby={`${idField}-hint`}
          onInput={({ currentTarget }) => setId(currentTarget.value)}
        />
        <small class="hint" id={`${idField}-hint`}>
          {texts.createHint}
        </small>
      </div>
      <div class="field">
        <label for={nameField}>{texts.name}</label>
        <input
          id={nameField}
          autocomplete="off"
          maxlength={64}
          placeholder={texts.nameHint}
          value={name()}
          onInput={({ currentTarget }) => setName(currentTarget.value)}
        />
      </div>
    </InlineForm>
  );
}
