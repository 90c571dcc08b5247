/** Converts between prices and heights in pixels from the top of the pane. */
export interface PriceScale {
  height: number;
  axisWidth: number;
  toPixel(price: number): number;
  toPrice(pixel: number): number;
}
