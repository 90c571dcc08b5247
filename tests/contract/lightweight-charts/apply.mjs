// What a chart makes of the calls it gets, by the real library's own data layer:
//   node --conditions=development apply.mjs < [{"step": seconds, "calls": [...]}, ...]
// A call is {"set": bars}, {"prepend": bars} or {"update": bar}. For each chart, prints what was
// thrown, the gaps (pairs of neighbours that are not a step apart), and the bars it ended with.
import { text } from "node:stream/consumers";
import { JSDOM } from "jsdom";

// Only the data counts: nothing is ever drawn, so no canvas is needed.
const { window } = new JSDOM("<!doctype html>");
window.matchMedia = () => ({ addListener() {}, removeListener() {} });
window.requestAnimationFrame = () => 0;
window.cancelAnimationFrame = () => {};
Object.assign(globalThis, { window, document: window.document });

const { CandlestickSeries, createChart } = await import("lightweight-charts");

function newSeries() {
  const options = { width: 400, height: 300, layout: { attributionLogo: false } };
  return createChart(window.document.createElement("div"), options).addSeries(CandlestickSeries);
}

const toChart = ({ time, open, high, low, close }) => ({ time: time / 1000, open, high, low, close });
const calls = {
  set: (series, bars) => series.setData(bars.map(toChart)),
  prepend: (series, bars) => series.setData([...bars.map(toChart), ...series.data()]),
  update: (series, bar) => series.update(toChart(bar)),
};

function apply({ step, calls: made }) {
  const series = newSeries();
  const thrown = [];
  for (const [number, call] of made.entries()) {
    for (const [name, argument] of Object.entries(call)) {
      try {
        calls[name](series, argument);
      } catch ({ message }) {
        thrown.push({ number, name, message });
      }
    }
  }
  const bars = series.data().map(({ time, open, high, low, close }) => ({ time, open, high, low, close }));
  const gaps = bars.slice(1).flatMap(({ time }, index) => (time - bars[index].time === step ? [] : [[bars[index].time, time]]));
  return { thrown, gaps, bars };
}

const charts = JSON.parse(await text(process.stdin));
process.stdout.write(JSON.stringify(charts.map(apply)));
