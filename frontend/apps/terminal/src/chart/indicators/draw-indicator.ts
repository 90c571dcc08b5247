import type { Chart, XAxis, YAxis } from "klinecharts";
import { colour } from "../../theme.ts";
import type { IndicatorType } from "./catalog.ts";
import type { Row } from "./indicator-series.ts";
import type { IndicatorSettings } from "./settings.ts";

/** What is drawn of an indicator. */
export interface Drawable {
  type: IndicatorType;
  settings: IndicatorSettings;
  rows: readonly Row[];
}

export interface Canvas {
  ctx: CanvasRenderingContext2D;
  chart: Chart;
  width: number;
  xAxis: XAxis;
  yAxis: YAxis;
}

const FILL_ALPHA = 0.08;
const HISTOGRAM_ALPHA = 0.5;

/** Draw the visible part of an indicator: its levels, areas, columns and lines. */
export function drawIndicator(drawable: Drawable, canvas: Canvas): void {
  const { type, settings } = drawable;
  const { ctx } = canvas;
  ctx.lineJoin = "round";
  // The engine leaves the dashes of the line of the last price.
  ctx.setLineDash([]);
  for (const level of type.levels ?? []) drawLevel(level, canvas);
  if (type.fill !== undefined) fillBetween(drawable, canvas, type.fill);
  type.outputs.forEach(({ kind }, column) => {
    if (kind === "histogram") drawColumns(drawable, canvas, column);
  });
  ctx.lineWidth = settings.width;
  type.outputs.forEach(({ kind }, column) => {
    if (kind !== "histogram") drawLine(drawable, canvas, column);
  });
}

function shiftOf({ type, settings }: Drawable, column: number): number {
  return type.outputs[column]?.shift?.(settings.parameters) ?? 0;
}

function drawLevel(level: number, { ctx, width, yAxis }: Canvas): void {
  const y = yAxis.convertToPixel(level) + 0.5;
  ctx.strokeStyle = colour("control");
  ctx.lineWidth = 1;
  ctx.setLineDash([4, 4]);
  ctx.beginPath();
  ctx.moveTo(0, y);
  ctx.lineTo(width, y);
  ctx.stroke();
  ctx.setLineDash([]);
}

/** Draw a line through the values. It has gaps where there are none, and where a trail turns. */
function drawLine(drawable: Drawable, { ctx, chart, width, xAxis, yAxis }: Canvas, column: number) {
  const { rows, settings, type } = drawable;
  const shift = shiftOf(drawable, column);
  const isTrail = type.outputs[column]?.kind === "trail";
  const bars = isTrail ? chart.getDataList() : [];
  let isPenDown = false;
  let wasBelow = false;
  ctx.strokeStyle = settings.colours[column] ?? "";
  ctx.beginPath();
  for (let index = firstVisible(chart, shift); index < rows.length; index += 1) {
    const value = rows[index]?.[column] ?? Number.NaN;
    if (Number.isNaN(value)) {
      isPenDown = false;
      continue;
    }
    const x = xAxis.convertToPixel(index + shift);
    const y = yAxis.convertToPixel(value);
    const isBelow = isTrail && value < (bars[index]?.close ?? 0);
    if (isPenDown && isBelow === wasBelow) ctx.lineTo(x, y);
    else ctx.moveTo(x, y);
    isPenDown = true;
    wasBelow = isBelow;
    if (x > width) break;
  }
  ctx.stroke();
}

function drawColumns(
  drawable: Drawable,
  { ctx, chart, width, xAxis, yAxis }: Canvas,
  column: number,
) {
  const { rows, settings, type } = drawable;
  const { gapBar, halfGapBar } = chart.getBarSpace();
  const bars = chart.getDataList();
  const zero = yAxis.convertToPixel(0);
  const [up, down] = [colour("up-faint"), colour("down-faint")];
  if (!type.isVolume) {
    ctx.globalAlpha = HISTOGRAM_ALPHA;
    ctx.fillStyle = settings.colours[column] ?? "";
  }
  for (let index = firstVisible(chart, 0); index < rows.length; index += 1) {
    const value = rows[index]?.[column] ?? Number.NaN;
    if (Number.isNaN(value)) continue;
    const x = xAxis.convertToPixel(index);
    const bar = bars[index];
    if (type.isVolume && bar) ctx.fillStyle = bar.close >= bar.open ? up : down;
    ctx.fillRect(x - halfGapBar, zero, gapBar, yAxis.convertToPixel(value) - zero);
    if (x > width) break;
  }
  ctx.globalAlpha = 1;
}

function fillBetween(
  drawable: Drawable,
  { ctx, chart, width, xAxis, yAxis }: Canvas,
  [upper, lower]: readonly [number, number],
): void {
  const { rows, settings } = drawable;
  const shift = shiftOf(drawable, upper);
  const first = firstVisible(chart, shift);
  let end = first;
  ctx.beginPath();
  for (; end < rows.length; end += 1) {
    const value = rows[end]?.[upper] ?? Number.NaN;
    if (Number.isNaN(value)) continue;
    const x = xAxis.convertToPixel(end + shift);
    ctx.lineTo(x, yAxis.convertToPixel(value));
    if (x > width) break;
  }
  for (let index = Math.min(end, rows.length - 1); index >= first; index -= 1) {
    const value = rows[index]?.[lower] ?? Number.NaN;
    if (Number.isNaN(value)) continue;
    ctx.lineTo(xAxis.convertToPixel(index + shift), yAxis.convertToPixel(value));
  }
  ctx.closePath();
  ctx.globalAlpha = FILL_ALPHA;
  ctx.fillStyle = settings.colours[upper] ?? "";
  ctx.fill();
  ctx.globalAlpha = 1;
}

/** Return the first row whose line reaches into the visible range. */
function firstVisible(chart: Chart, shift: number): number {
  return Math.max(0, chart.getVisibleRange().from - shift - 1);
}
