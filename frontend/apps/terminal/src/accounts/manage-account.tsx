import type { Account, Equity } from "@trading-api/client";
import { createSignal, createUniqueId, onMount } from "solid-js";
import { useApp } from "../app-store.ts";
import * as format from "../format.ts";
import { accounts as texts } from "../texts/accounts.ts";
import { parseNumber } from "../ticket/parse-number.ts";
import { NumberField } from "../widgets/number-field.tsx";
import { AccountKindMark } from "./account-kind.tsx";
import { InlineForm } from "./inline-form.tsx";
import { keyedCommand } from "./keyed-command.ts";

const STEP = 1_000;
const DECIMALS = 2;

/** Names, funds and resets a paper account. */
export function ManageAccount(props: { account: Account; onBack(): void }) {
  const app = useApp();
  const { id, currency } = props.account;
  const { accounts: rest } = app.client.rest;
  const [equity, setEquity] = createSignal<Equity | null>(null);
  const [message, setMessage] = createSignal("");
  const read = () =>
    app.client.rest
      .account(id)
      .equity()
      .then(setEquity, () => {});
  onMount(() => void read());
  const done = async (text: string) => {
    setMessage(text);
    await read();
  };
  const figure = (value: number | undefined) => (value === undefined ? "…" : format.money(value));
  return (
    <>
      <button type="button" class="quiet back" onClick={() => props.onBack()}>
        ← {texts.back}
      </button>
      <p class="managed">
        <AccountKindMark kind={props.account.kind} /> <span>{id}</span>
      </p>
      <dl class="figures">
        <Figure name={texts.balance} value={`${figure(equity()?.balance)} ${currency}`} />
        <Figure name={texts.equity} value={figure(equity()?.equity)} />
        <Figure name={texts.freeMargin} value={figure(equity()?.freeMargin)} />
      </dl>
      <p class="message" role="status">
        {message()}
      </p>
      <Rename
        account={props.account}
        onRenamed={(name) => {
          if (id === app.account.id) app.account.setName(name);
          void done(texts.renamed);
        }}
      />
      <Cash
        label={texts.deposit}
        currency={currency}
        send={(key, amount) => rest.deposit(id, amount, key)}
        onDone={(amount) => void done(texts.deposited(format.money(amount), currency))}
      />
      <Cash
        label={texts.withdraw}
        currency={currency}
        send={(key, amount) => rest.withdraw(id, amount, key)}
        onDone={(amount) => void done(texts.withdrawn(format.money(amount), currency))}
      />
      <Reset account={props.account} onDone={() => void done(texts.wasReset)} />
    </>
  );
}

const Figure = (props: { name: string; value: string }) => (
  <div>
    <dt>{props.name}</dt>
    <dd>{props.value}</dd>
  </div>
);

function Rename(props: { account: Account; onRenamed(name: string): void }) {
  const app = useApp();
  const field = createUniqueId();
  const { id } = props.account;
  const [name, setName] = createSignal(props.account.name === id ? "" : props.account.name);
  const put = keyedCommand((key, wanted: string) => app.client.rest.accounts.put(id, wanted, key));
  const send = async () => {
    const wanted = name().trim();
    await put(wanted);
    props.onRenamed(wanted);
  };
  return (
    <InlineForm title={texts.rename} label={texts.rename} isValid send={send}>
      <div class="field">
        <label for={field}>{texts.name}</label>
        <input
          id={field}
          autocomplete="off"
          maxlength={64}
          placeholder={id}
          value={name()}
          onInput={({ currentTarget }) => setName(currentTarget.value)}
        />
      </div>
    </InlineForm>
  );
}

interface CashProps {
  label: string;
  currency: string;
  send(key: string, amount: number): Promise<void>;
  onDone(amount: number): void;
}

function Cash(props: CashProps) {
  const [text, setText] = createSignal("");
  const amount = () => parseNumber(text());
  const isValid = () => (amount() ?? 0) > 0;
  const command = keyedCommand((key, value: number) => props.send(key, value));
  const send = async () => {
    const value = amount();
    if (value === null) return;
    await command(value);
    setText("");
    props.onDone(value);
  };
  return (
    <InlineForm title={props.label} label={props.label} isValid={isValid()} send={send}>
      <NumberField
        label={texts.amountOf(props.label)}
        value={text()}
        step={STEP}
        decimals={DECIMALS}
        unit={props.currency}
        invalid={text().trim() !== "" && !isValid()}
        onInput={setText}
      />
    </InlineForm>
  );
}

function Reset(props: { account: Account; onDone(): void }) {
  const app = useApp();
  const field = createUniqueId();
  const { id, currency } = props.account;
  const [text, setText] = createSignal("");
  const [typed, setTyped] = createSignal("");
  const balance = () => (text().trim() === "" ? undefined : parseNumber(text()));
  const isBalanceValid = () => balance() === undefined || (balance() ?? 0) > 0;
  const reset = keyedCommand((key, value: number | null) =>
    app.client.rest.accounts.reset(id, value ?? undefined, key),
  );
  const send = async () => {
    await reset(balance() ?? null);
    setTyped("");
    props.onDone();
  };
  return (
    <InlineForm
      title={texts.reset}
      label={texts.resetButton}
      isValid={typed() === id && isBalanceValid()}
      send={send}
    >
      <p>{texts.resetWhat}</p>
      <NumberField
        label={texts.resetBalance}
        value={text()}
        step={STEP}
        decimals={DECIMALS}
        unit={currency}
        hint={texts.resetHint}
        invalid={!isBalanceValid()}
        onInput={setText}
      />
      <div class="field">
        <label for={field}>{texts.resetConfirm(id)}</label>
        <input
          id={field}
          autocomplete="off"
          autocapitalize="off"
          spellcheck={false}
          value={typed()}
          onInput={({ currentTarget }) => setTyped(currentTarget.value)}
        />
      </div>
    </InlineForm>
  );
}
