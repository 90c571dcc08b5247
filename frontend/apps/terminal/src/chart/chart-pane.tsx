import type { Bar, Execution, SymbolInfo } from "@trading-api/client";
import {
  createEffect,
  createMemo,
  createSignal,
  Match,
  onCleanup,
  onMount,
  Show,
  Suspense,
  Switch,
} from "solid-js";
import { useApp } from "../app-store.ts";
import { messageOf } from "../error-messages.ts";
import { firstScreenPart, onFirstCandles, readFirstScreen } from "../first-screen.ts";
import * as format from "../format.ts";
import { createLatch } from "../latch.ts";
import { part } from "../part.ts";
import { texts } from "../texts/texts.ts";
import { theme } from "../theme.ts";
import { ChartLink } from "../workspace/chart-link.tsx";
import { followCrosshair } from "../workspace/follow-crosshair.ts";
import type { ChartStore } from "./chart-store.ts";
import { hasIndicators } from "./indicators/has-indicators.ts";
import { type ChartState, PriceChart } from "./price-chart.ts";
import { setView, viewOf } from "./view/view-of.ts";

const ViewLegend = firstScreenPart("ViewLegend");
const TradingLayer = firstScreenPart("TradingLayer");
const Drawings = firstScreenPart("ChartDrawingsGate");
const Indicators = part(() => import("./indicators/chart-indicators-view.tsx"));

/** One chart with its legend. */
export function ChartPane(props: { chart: ChartStore }) {
  const app = useApp();
  const { market, account } = app;
  const [info, setInfo] = createSignal<SymbolInfo | null>(null);
  const [state, setState] = createSignal<ChartState>("loading");
  const [reason, setReason] = createSignal("");
  const [isScrolledBack, setIsScrolledBack] = createSignal(false);
  const [bar, setBar] = createSignal<Bar | null>(null);
  const [chart, setChart] = createSignal<PriceChart | null>(null);
  let element!: HTMLDivElement;
  let legend!: HTMLDivElement;
  let isRemoved = false;

  const createChart = () => {
    const created = new PriceChart(element, {
      datafeed: app.client.datafeed,
      frames: app.frames,
      onState: (state, reason = "") => {
        if (state !== "loading") requestAnimationFrame(onFirstCandles);
        setState(state);
        setReason(reason);
      },
      onLegend: setBar,
      onScrolledBack: setIsScrolledBack,
    });
    setChart(created);
    void showView(created);
  };

  onMount(() => {
    // In its own task, after that in which the screen is made.
    const timer = setTimeout(createChart);
    onCleanup(() => {
      clearTimeout(timer);
      isRemoved = true;
      viewOf(props.chart)?.remove();
      setView(props.chart, null);
      chart()?.remove();
    });
  });

  /** Add types, scales and all else of the view, which the first candles do not need. */
  const showView = async (chart: PriceChart) => {
    const { ChartView } = await readFirstScreen();
    if (isRemoved) return;
    const { datafeed } = app.client;
    const info = (symbol: string) => market.info(symbol);
    const now = () => account.marketTime();
    setView(props.chart, new ChartView({ chart, store: props.chart, datafeed, info, now }));
  };

  const load = async () => {
    const symbol = props.chart.symbol();
    if (symbol === "") return;
    setState("loading");
    try {
      const found = await market.info(symbol);
      if (symbol === props.chart.symbol()) setInfo(found);
    } catch (error) {
      if (symbol !== props.chart.symbol()) return;
      setReason(messageOf(error));
      setState("failed");
    }
  };
  createEffect(() => void load());
  const isShown = createMemo(() => info()?.name === props.chart.symbol());
  /** The bar of the legend; null while the bars of another symbol are still shown. */
  const shownBar = createMemo(() => (isShown() ? bar() : null));
  createEffect(() => {
    const [created, symbol] = [chart(), info()];
    if (created && symbol && isShown()) void created.show(symbol, props.chart.resolution());
  });
  createEffect(() => {
    theme();
    chart()?.applyTheme();
  });
  const executions = createMemo<readonly Execution[]>(
    () => account.executions.filter(({ symbol }) => symbol === props.chart.symbol()),
    [],
    { equals: (a, b) => a.length === b.length && a.at(-1) === b.at(-1) },
  );
  createEffect(() => {
    if (state() === "ready") chart()?.showExecutions(executions());
  });

  // The ticket shows the quote of the active chart's symbol too.
  createEffect(() => onCleanup(market.subscribe([props.chart.symbol()])));

  /** What is loaded on demand waits for the first candles. */
  const wasReady = createLatch(() => state() === "ready");
  followCrosshair(app.charts, chart);
  /** Whether the ticket and the keys are about this chart and not about another one. */
  const isActive = () => app.charts.all().length > 1 && app.charts.active() === props.chart;

  const decimals = () => Math.round(Math.log10(info()?.pricescale ?? 100));
  const retry = () => {
    const symbol = info();
    if (symbol && isShown()) void chart()?.show(symbol, props.chart.resolution());
    else void load();
  };

  onCleanup(
    app.client.socket.onState(({ phase }) => {
      if (phase === "connected" && state() === "failed") retry();
    }),
  );
  // The messages of browsers for a request without a response.
  const failureText = () =>
    /failed to fetch|load failed|networkerror|aborted|timed out/i.test(reason())
      ? texts.chart.noAnswer
      : reason();

  return (
    <section
      class="chart"
      tabindex="-1"
      aria-label={texts.workspace.chartName(props.chart.symbol(), app.charts.placeOf(props.chart))}
      data-active={isActive()}
      aria-current={isActive() ? "true" : undefined}
      onPointerDown={() => app.charts.activate(props.chart)}
      onFocusIn={() => app.charts.activate(props.chart)}
    >
      <div class="legend" data-testid="legend" ref={legend}>
        <div class="legend-name">
          <strong>{props.chart.symbol()}</strong>
          <span>{isShown() ? info()?.description : ""}</span>
        </div>
        <dl class="ohlc">
          <Show when={shownBar()}>
            {(bar) => (
              <>
                <Figure name="O" value={format.price(bar().open, decimals())} />
                <Figure name="H" value={format.price(bar().high, decimals())} />
                <Figure name="L" value={format.price(bar().low, decimals())} />
                <Figure name="C" value={format.price(bar().close, decimals())} />
                <Figure name="Vol" value={format.volume(bar().volume)} />
                <div class={toneOf(bar().close - bar().open)}>
                  <dt class="hidden">{texts.chart.change}</dt>
                  <dd>
                    {format.change(bar().close - bar().open, decimals())}{" "}
                    {format.percent((bar().close / bar().open - 1) * 100)}
                  </dd>
                </div>
              </>
            )}
          </Show>
        </dl>
        <Suspense>
          <Show when={viewOf(props.chart)} keyed>
            {(view) => <ViewLegend view={view} bar={shownBar()} />}
          </Show>
        </Suspense>
      </div>
      <div
        class="canvas"
        ref={element}
        role="img"
        aria-label={
          viewOf(props.chart)?.description() ??
          texts.chart.candles(props.chart.symbol(), props.chart.resolution())
        }
        data-state={state()}
      />
      <Show when={chart()}>
        {(created) => <TradingLayer chart={created()} store={props.chart} />}
      </Show>
      <Show when={wasReady() && chart()}>
        {(created) => (
          <>
            <Show when={hasIndicators(props.chart)}>
              <Indicators chart={props.chart} price={created()} legend={legend} bar={shownBar()} />
            </Show>
            <Drawings chart={props.chart} price={created()} element={element} />
          </>
        )}
      </Show>
      <Show when={isScrolledBack() && state() === "ready"}>
        <button type="button" class="to-latest" onClick={() => chart()?.scrollToLatest()}>
          {texts.chart.toLatest}
        </button>
      </Show>
      <Show when={app.charts.all().length > 1}>
        <ChartLink chart={props.chart} />
      </Show>
      <Switch>
        <Match when={state() === "loading"}>
          <div class="overlay skeleton" role="status">
            <span class="hidden">{texts.chart.loading}</span>
            <i />
            <i />
            <i />
            <i />
            <i />
            <i />
            <i />
            <i />
          </div>
        </Match>
        <Match when={state() === "empty"}>
          <div class="overlay">
            <p>{texts.chart.noTrades(props.chart.symbol())}</p>
          </div>
        </Match>
        <Match when={state() === "failed"}>
          <div class="overlay" role="alert">
            <p>{texts.chart.failed(failureText())}</p>
            <button type="button" onClick={retry}>
              {texts.chart.tryAgain}
            </button>
          </div>
        </Match>
      </Switch>
    </section>
  );
}

const toneOf = (change: number) => (change > 0 ? "up" : change < 0 ? "down" : "");

function Figure(props: { name: string; value: string }) {
  return (
    <div>
      <dt>{props.name}</dt>
      <dd>{props.value}</dd>
    </div>
  );
}
