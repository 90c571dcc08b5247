import { Show } from "solid-js";
import { useApp } from "./app-store.ts";
import { texts } from "./texts/texts.ts";

/** States that the account is one of real money, or that its trading is halted. */
export function LiveBanner() {
  const app = useApp();
  const { account } = app;
  return (
    <Show when={account.isLive || account.halt.on}>
      <section
        class="live-banner"
        data-kind={account.kind}
        aria-label={account.isLive ? texts.liveBanner.realMoneyAccount : texts.liveBanner.halt}
      >
        <Show when={account.isLive}>
          <strong>{texts.liveBanner.realMoney}</strong>
        </Show>
        <span>{account.id}</span>
        <KillSwitch />
      </section>
    </Show>
  );
}

function KillSwitch() {
  const app = useApp();
  const { account } = app;
  return (
    <Show
      when={account.halt.on}
      fallback={
        <button
          type="button"
          onClick={() =>
            void app.runCommand(HALT, texts.liveBanner.notHalted, () => account.setHalt(true), {
              confirm: texts.liveBanner.confirmHalt,
            })
          }
          disabled={app.isRunning(HALT)}
        >
          {texts.liveBanner.haltTrading}
        </button>
      }
    >
      <span role="alert">{texts.liveBanner.isHalted(account.halt.reason ?? "")}</span>
      <button
        type="button"
        onClick={() =>
          void app.runCommand(HALT, texts.liveBanner.notResumed, () => account.setHalt(false), {
            confirm: texts.liveBanner.resume,
          })
        }
        disabled={app.isRunning(HALT)}
      >
        {texts.liveBanner.resume}
      </button>
    </Show>
  );
}

const HALT = "halt";
