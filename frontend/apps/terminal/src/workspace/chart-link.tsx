import { useApp } from "../app-store.ts";
import { type ChartStore, LINKS } from "../chart/chart-store.ts";
import { texts } from "../texts/texts.ts";

const ORDER = ["", ...LINKS];

/** Shows the letter of the charts that have the same symbol. A press changes it to the next one. */
export function ChartLink(props: { chart: ChartStore }) {
  const app = useApp();
  const next = () => ORDER[(ORDER.indexOf(props.chart.link()) + 1) % ORDER.length] ?? "";
  return (
    <button
      type="button"
      class="chart-link"
      data-link={props.chart.link()}
      aria-label={texts.workspace.link(props.chart.link())}
      title={texts.workspace.linkTitle}
      onClick={() => app.charts.link(props.chart, next())}
    >
      {props.chart.link() || "–"}
    </button>
  );
}
