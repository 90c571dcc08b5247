import { view as texts } from "../../texts/view.ts";
import { colour } from "../../theme.ts";
import { FONT } from "../chart-styles.ts";
import { resolutionLabel } from "../resolution-switch.tsx";
import type { ChartView } from "./chart-view.ts";
import { barTime } from "./time-axis.ts";
import { placeOf } from "./time-zone.ts";

const HEADER_PX = 28;

/** Save a picture of a chart, with its lines and its legend, as a PNG file. */
export async function saveScreenshot(view: ChartView): Promise<void> {
  const section = view.chart.engine.getDom()?.closest<HTMLElement>(".chart");
  if (!section) throw new Error("The chart is not on the screen");
  const ms = view.now() ?? Date.now();
  // The time of day matters, whatever the bars are.
  const time = barTime(ms, "1", view.zone());
  const canvas = paint(
    section,
    texts.pictureTime(
      view.symbol,
      resolutionLabel(view.resolution),
      time,
      placeOf(view.zone().name),
    ),
  );
  const picture = await new Promise<Blob | null>((resolve) => canvas.toBlob(resolve, "image/png"));
  if (picture === null) throw new Error("The browser made no picture");
  const address = URL.createObjectURL(picture);
  const link = document.createElement("a");
  link.href = address;
  const stamp = new Date(view.zone().wall(ms)).toISOString().slice(0, 16).replace(/[T:]/g, "-");
  link.download = `${view.symbol}-${view.resolution}-${stamp}.png`;
  link.click();
  // The browser has to begin with the download first.
  setTimeout(() => URL.revokeObjectURL(address), 10_000);
}

function paint(section: HTMLElement, title: string): HTMLCanvasElement {
  const { left, top, width, height } = section.getBoundingClientRect();
  const canvas = document.createElement("canvas");
  canvas.width = Math.round(width * devicePixelRatio);
  canvas.height = Math.round((height + HEADER_PX) * devicePixelRatio);
  const ctx = canvas.getContext("2d");
  if (ctx === null) throw new Error("The browser has no canvas");
  ctx.scale(devicePixelRatio, devicePixelRatio);
  ctx.fillStyle = colour("surface");
  ctx.fillRect(0, 0, width, height + HEADER_PX);
  ctx.fillStyle = colour("text");
  ctx.font = `600 13px ${FONT}`;
  ctx.textBaseline = "middle";
  ctx.fillText(title, 12, HEADER_PX / 2);
  ctx.translate(-left, HEADER_PX - top);
  for (const source of section.querySelectorAll("canvas")) {
    const box = source.getBoundingClientRect();
    if (box.width > 0) ctx.drawImage(source, box.left, box.top, box.width, box.height);
  }
  for (const part of section.querySelectorAll<HTMLElement>(".price-lines, .legend")) {
    paintElement(ctx, part);
  }
  return canvas;
}

/** Paint the background, the upper border and the texts of an element and of those in it. */
function paintElement(ctx: CanvasRenderingContext2D, element: HTMLElement): void {
  const style = getComputedStyle(element);
  const box = element.getBoundingClientRect();
  // Buttons do nothing on a picture.
  if (style.display === "none" || style.visibility === "hidden") return;
  if (element.matches("button, .hidden") || Number(style.opacity) === 0) return;
  if (style.backgroundColor !== "rgba(0, 0, 0, 0)") {
    ctx.fillStyle = style.backgroundColor;
    ctx.fillRect(box.left, box.top, box.width, box.height);
  }
  const border = Number.parseFloat(style.borderTopWidth);
  if (border > 0 && style.borderTopStyle !== "none") {
    ctx.strokeStyle = style.borderTopColor;
    ctx.lineWidth = border;
    ctx.setLineDash(style.borderTopStyle === "dashed" ? [4, 3] : []);
    ctx.beginPath();
    ctx.moveTo(box.left, box.top + border / 2);
    ctx.lineTo(box.right, box.top + border / 2);
    ctx.stroke();
  }
  for (const child of element.childNodes) {
    if (child instanceof HTMLElement) paintElement(ctx, child);
    else if (child instanceof Text) paintText(ctx, child, style);
  }
}

function paintText(ctx: CanvasRenderingContext2D, text: Text, style: CSSStyleDeclaration): void {
  const content = (text.textContent ?? "").trim();
  if (content === "") return;
  const range = document.createRange();
  range.selectNodeContents(text);
  const box = range.getBoundingClientRect();
  if (box.width === 0) return;
  ctx.fillStyle = style.color;
  ctx.font = `${style.fontWeight} ${style.fontSize} ${style.fontFamily}`;
  ctx.textAlign = "left";
  ctx.textBaseline = "middle";
  ctx.fillText(content, box.left, box.top + box.height / 2);
}
