import type { PerformanceStart } from "@trading-api/client";
import { type JSX, Show } from "solid-js";
import * as format from "../format.ts";
import { account as texts } from "../texts/account.ts";
import type { PerformanceRead } from "./performance-read.ts";

/** Shows `children` with what was read, or else why it is not there. */
export function PerformanceState<T>(props: {
  read: PerformanceRead<T>;
  children: (data: () => T) => JSX.Element;
}) {
  return (
    <Show
      when={props.read.data() as NonNullable<T> | undefined}
      fallback={
        <Show
          when={props.read.failure()}
          fallback={
            <p class="empty" role="status">
              {texts.loading}
            </p>
          }
        >
          <p class="empty" role="alert">
            {texts.failed(props.read.failure())}{" "}
            <button type="button" class="link" onClick={props.read.retry}>
              {texts.tryAgain}
            </button>
          </p>
        </Show>
      }
    >
      {(data) => props.children(data)}
    </Show>
  );
}

/** States from when on the figures are complete, and why not from before. */
export function Since(props: { start: PerformanceStart }) {
  return (
    <Show when={props.start.startTime}>
      {(time) => (
        <p class="muted since" data-reason={props.start.startReason}>
          {texts.since[props.start.startReason](format.dateAndTime(time()))}
        </p>
      )}
    </Show>
  );
}
