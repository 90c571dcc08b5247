import {
  type Chart,
  type IndicatorDrawParams,
  type KLineData,
  registerIndicator,
} from "klinecharts";

const NAME = "view-layer";

registerIndicator({
  name: NAME,
  series: "price",
  figures: [],
  calc: () => [],
  createTooltipDataSource: () => ({ name: "", calcParamsText: "", features: [], legends: [] }),
});

export interface Layer {
  /** Layers below zero are drawn behind what was drawn before, the lowest one first. */
  zLevel: number;
  draw(params: IndicatorDrawParams<unknown, unknown, unknown>): void;
  /** Return the values at each bar which the prices' range has to hold, by `keys`. */
  values?(bars: KLineData[]): object[];
  keys?: readonly string[];
}

/** Draw on the pane of the candles. Return how to stop that. */
export function addLayer(engine: Chart, id: string, layer: Layer): () => void {
  engine.createIndicator(
    {
      name: NAME,
      id,
      paneId: "candle_pane",
      zLevel: layer.zLevel,
      figures: (layer.keys ?? []).map((key) => ({ key })),
      calc: (bars) => layer.values?.(bars) ?? [],
      draw: (params) => {
        layer.draw(params);
        return true;
      },
    },
    true,
  );
  return () => void engine.removeIndicator({ id });
}
