import { useApp } from "../../app-store.ts";
import { texts } from "../../texts/texts.ts";
import "./one-click-switch.css";

/** Turns one-click trading on and off: whether orders from the chart need no confirmation. */
export function OneClickSwitch() {
  const app = useApp();
  return (
    <button
      type="button"
      class="one-click"
      role="switch"
      aria-checked={app.isOneClick()}
      aria-label={texts.chart.oneClick}
      title={texts.chart.oneClickHint}
      onClick={() => app.setOneClick(!app.isOneClick())}
    >
      {texts.chart.oneClickShort}
    </button>
  );
}
