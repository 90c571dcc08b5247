import type { AccountNotification } from "@trading-api/client";
import { createEffect, createMemo, createSignal, For, onCleanup, onMount, Show } from "solid-js";
import { useApp } from "../app-store.ts";
import * as format from "../format.ts";
import { readUntilAnswered } from "../read-until-answered.ts";
import { texts } from "../texts/texts.ts";
import { Dialog } from "../widgets/dialog.tsx";
import { groupEntries, type HistoryGroup, localEntry, storedEntry } from "./history.ts";
import "./notification-centre.css";

const PAGE = 100;
/** The most that the server returns. */
const READ_MAX = 1_000;

/** The history of notifications, and how new ones attract attention. */
export default function NotificationCentre() {
  const app = useApp();
  const { notifications, account, client } = app;
  const [stored, setStored] = createSignal<readonly AccountNotification[]>([]);
  const [state, setState] = createSignal<"loading" | "loaded" | "failed">("loading");
  const [limit, setLimit] = createSignal(PAGE);
  const [isBlocked, setIsBlocked] = createSignal(false);

  let isClosed = false;
  onCleanup(() => {
    isClosed = true;
  });
  const read = async (wanted: number) => {
    const rest = client.rest.account(account.id);
    try {
      const found = await readUntilAnswered(
        client.socket,
        () => rest.notifications(undefined, wanted),
        () => !isClosed && limit() === wanted,
      );
      if (found === undefined) return;
      setStored((all) => merged(found, all));
      setState("loaded");
    } catch {
      setState("failed");
    }
  };
  createEffect(() => void read(limit()));
  onMount(() => {
    const { unsubscribe } = client.feeds.notifications(
      { accountId: account.id },
      { onData: (added) => setStored((all) => merged(all, [added])), onFailed: () => {} },
    );
    onCleanup(unsubscribe);
  });
  createEffect(() => {
    if (notifications.unread > 0) notifications.markRead();
  });
  const groups = createMemo(() =>
    groupEntries([...stored().map(storedEntry), ...notifications.local.map(localEntry)]),
  );

  return (
    <Dialog
      title={texts.notifications.title}
      class="notification-centre"
      onClose={() => app.openDialog(null)}
    >
      <div class="settings">
        <label class="check">
          <input
            type="checkbox"
            checked={notifications.sound[0]()}
            onChange={({ currentTarget }) => notifications.setSound(currentTarget.checked)}
          />
          {texts.notifications.sound}
        </label>
        <label class="check">
          <input
            type="checkbox"
            checked={notifications.browser[0]()}
            onChange={async ({ currentTarget }) => {
              setIsBlocked(!(await notifications.setBrowser(currentTarget.checked)));
              currentTarget.checked = notifications.browser[0]();
            }}
          />
          {texts.notifications.browser}
        </label>
        <Show when={isBlocked()}>
          <p class="problem" role="alert">
            {texts.notifications.blocked}
          </p>
        </Show>
      </div>
      <Show when={state() === "failed"}>
        <p class="problem" role="alert">
          {texts.notifications.failed}
        </p>
      </Show>
      <Show
        when={groups().length > 0}
        fallback={
          <p class="empty" role="status">
            {state() === "loading" ? texts.notifications.loading : texts.notifications.empty}
          </p>
        }
      >
        <ol class="history">
          <For each={groups()}>{(group) => <Group group={group} />}</For>
        </ol>
      </Show>
      <Show when={stored().length >= limit() && limit() < READ_MAX}>
        <button type="button" onClick={() => setLimit(READ_MAX)}>
          {texts.notifications.more}
        </button>
      </Show>
    </Dialog>
  );
}

function Group(props: { group: HistoryGroup }) {
  const newest = () => props.group.entries[0];
  const others = () => props.group.entries.slice(1);
  return (
    <li class={props.group.tone}>
      <span class="hidden">{texts.notifications.tone[props.group.tone]}</span>
      <strong>{props.group.title}</strong>
      <time>{format.time(newest()?.time)}</time>
      <p>{newest()?.text}</p>
      <Show when={others().length > 0}>
        <details>
          <summary>{texts.notifications.times(props.group.entries.length)}</summary>
          <For each={others()}>
            {({ text, time }) => (
              <p>
                <time>{format.time(time)}</time> {text}
              </p>
            )}
          </For>
        </details>
      </Show>
    </li>
  );
}

/** Return both lists without duplicates, oldest first. */
function merged(
  some: readonly AccountNotification[],
  others: readonly AccountNotification[],
): AccountNotification[] {
  const byId = new Map([...some, ...others].map((each) => [each.id, each]));
  return [...byId.values()].sort((a, b) => a.id - b.id);
}
