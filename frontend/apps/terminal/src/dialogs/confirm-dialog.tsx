import type { PreOrder } from "@trading-api/client";
import { createSignal, onCleanup, Show, Suspense } from "solid-js";
import { useApp } from "../app-store.ts";
import { MissingPart } from "../missing-part.tsx";
import { part } from "../part.ts";
import { texts } from "../texts/texts.ts";
import { Dialog } from "../widgets/dialog.tsx";

const OrderSummary = part(() => import("./order-summary.tsx"), MissingPart);

export interface ConfirmDialogProps {
  text: string;
  /** The order that would be placed, whose preview is shown. */
  order?: PreOrder;
  onAnswer: (isConfirmed: boolean) => void;
}

/** Asks before a command. Enter confirms, and Escape does not. Real money is clearly marked. */
export function ConfirmDialog(props: ConfirmDialogProps) {
  const app = useApp();
  const { onAnswer, order } = props;
  const { isLive } = app.account;
  const [isRejected, setIsRejected] = createSignal(false);
  const close = () => app.openDialog(null);
  // Another dialog may replace this one.
  onCleanup(() => onAnswer(false));
  return (
    <Dialog
      title={isLive ? texts.confirm.realMoney : texts.confirm.title}
      {...(isLive && { class: "live" })}
      onClose={close}
    >
      <form
        onSubmit={(event) => {
          event.preventDefault();
          if (isRejected()) return;
          onAnswer(true);
          close();
        }}
      >
        <p>
          <strong>{props.text}</strong>
        </p>
        <Show when={isLive}>
          <p class="muted">{texts.confirm.venue(app.account.id)}</p>
        </Show>
        <Show when={order}>
          {(order) => (
            <Suspense fallback={<p class="muted">{texts.confirm.estimating}</p>}>
              <OrderSummary order={order()} onRejected={setIsRejected} />
            </Suspense>
          )}
        </Show>
        <footer>
          <button type="button" onClick={close}>
            {texts.confirm.cancel}
          </button>
          <button type="submit" class="primary" autofocus disabled={isRejected()}>
            {props.text}
          </button>
        </footer>
      </form>
    </Dialog>
  );
}
