import type { Replay } from "@trading-api/client";
import { createEffect, createSignal, createUniqueId, For, onCleanup, Show } from "solid-js";
import { useApp } from "../app-store.ts";
import * as format from "../format.ts";
import { replay as texts } from "../texts/replay.ts";
import { formatUntil } from "../ticket/duration.ts";
import { runReplay, stepForward, togglePlaying } from "./replay-commands.ts";
import { parseInstant, progressOf, speedsWith } from "./replay-time.ts";
import "./replay-bar.css";

/** How often the time of a market that is played is read. */
const READ_MS = 1_000;

/** Shows that the market is a replay and what it does, and controls it. */
export default function ReplayBar() {
  const app = useApp();
  const state = () => app.replay.state();
  return (
    <Show when={state()}>
      {(replay) => (
        <section class="replay-bar" aria-label={texts.region} data-state={activity(replay())}>
          <Badge replay={replay()} />
          <Show when={replay().controllable}>
            <Controls replay={replay()} />
          </Show>
        </section>
      )}
    </Show>
  );
}

const activity = (replay: Replay): string =>
  replay.jumpTo === undefined ? replay.state : "jumping";

function Badge(props: { replay: Replay }) {
  const { replay: store } = useApp();
  const isMoving = () => props.replay.state === "playing" || props.replay.jumpTo !== undefined;
  createEffect(() => {
    if (!isMoving()) return;
    const reading = setInterval(() => {
      if (!document.hidden) store.read().catch(() => {});
    }, READ_MS);
    onCleanup(() => clearInterval(reading));
  });
  const what = () =>
    props.replay.jumpTo === undefined ? texts.state[props.replay.state] : texts.jumping;
  return (
    <div class="replay-badge" title={props.replay.reason}>
      <strong>
        <span aria-hidden="true">{MARKS[activity(props.replay)]}</span>{" "}
        {texts.source[props.replay.source]}
      </strong>
      <span role="status">{what()}</span>
      <time>{texts.time(fullTime(props.replay.now))}</time>
    </div>
  );
}

const MARKS: Record<string, string> = { playing: "▶", paused: "❚❚", ended: "■", jumping: "▶▶" };

const fullTime = (ms: number): string =>
  `${format.dayAndMonth(ms)} ${format.year(ms)} ${format.timeOfDay(ms, true)}`;

function Controls(props: { replay: Replay }) {
  const app = useApp();
  const [isOpen, setIsOpen] = createSignal(false);
  const more = createUniqueId();
  const isJumping = () => props.replay.jumpTo !== undefined;
  const isEnded = () => props.replay.state === "ended";
  const resolution = () => app.charts.active().resolution();
  const step = () => {
    const [, count = "", unit = ""] = /^(\d*)([SDWM]?)$/.exec(resolution()) ?? [];
    return texts.bar[unit]?.(count === "" ? 1 : Number(count)) ?? resolution();
  };
  const playLabel = () => {
    if (isJumping()) return texts.stop;
    return props.replay.state === "playing" ? texts.pause : texts.play;
  };
  return (
    <>
      <button
        type="button"
        class="play"
        aria-label={playLabel()}
        aria-keyshortcuts="R"
        title={`${playLabel()} (R)`}
        disabled={isEnded() || app.isRunning("replay")}
        onClick={() => togglePlaying(app)}
      >
        <span aria-hidden="true">
          {isJumping() || props.replay.state === "playing" ? "❚❚" : "▶"}
        </span>
      </button>
      <button
        type="button"
        aria-label={texts.step(step())}
        aria-keyshortcuts="."
        title={`${texts.step(step())} (.)`}
        disabled={isEnded() || isJumping() || app.isRunning("replay-jump")}
        onClick={() => stepForward(app)}
      >
        <span aria-hidden="true">▶❙</span>
      </button>
      <Show when={isJumping()}>
        <Progress replay={props.replay} />
      </Show>
      <button
        type="button"
        class="more"
        aria-expanded={isOpen()}
        aria-controls={more}
        onClick={() => setIsOpen(!isOpen())}
      >
        {texts.more}
      </button>
      <div class="more-controls" id={more} data-open={isOpen()}>
        <Speed replay={props.replay} />
        <Jump replay={props.replay} isDisabled={isEnded() || isJumping()} />
      </div>
    </>
  );
}

function Speed(props: { replay: Replay }) {
  const app = useApp();
  return (
    <label>
      <span>{texts.speed}</span>
      <select
        value={String(props.replay.speed)}
        disabled={app.isRunning("replay")}
        onChange={({ currentTarget }) =>
          runReplay(app, "replay", () => app.replay.setSpeed(Number(currentTarget.value)))
        }
      >
        <For each={speedsWith(props.replay.speed)}>
          {(speed) => (
            <option value={String(speed)} selected={speed === props.replay.speed}>
              {texts.times(format.quantity(speed))}
            </option>
          )}
        </For>
      </select>
    </label>
  );
}

function Jump(props: { replay: Replay; isDisabled: boolean }) {
  const app = useApp();
  const [text, setText] = createSignal("");
  const target = () => {
    const instant = parseInstant(text());
    const { now, end } = props.replay;
    return instant !== null && instant > now && (end === undefined || instant <= end)
      ? instant
      : null;
  };
  const jump = (event: SubmitEvent) => {
    event.preventDefault();
    const to = target();
    if (to === null) return;
    runReplay(app, "replay-jump", () => app.replay.jump(to));
  };
  const ends = () =>
    props.replay.end === undefined ? undefined : texts.ends(fullTime(props.replay.end));
  return (
    <form onSubmit={jump} aria-label={texts.jump} title={ends()}>
      <label>
        <span>{texts.jumpTo}</span>
        <input
          type="datetime-local"
          value={text()}
          min={formatUntil(props.replay.now)}
          max={props.replay.end === undefined ? undefined : formatUntil(props.replay.end)}
          onInput={({ currentTarget }) => setText(currentTarget.value)}
        />
      </label>
      <button
        type="submit"
        disabled={props.isDisabled || target() === null || app.isRunning("replay-jump")}
      >
        {texts.jump}
      </button>
    </form>
  );
}

function Progress(props: { replay: Replay }) {
  const from = props.replay.now;
  const share = () => progressOf(from, props.replay.now, props.replay.jumpTo ?? props.replay.now);
  return <progress aria-label={texts.progress} value={share()} max={1} />;
}
