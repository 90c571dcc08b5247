import type { Plugin } from "vite";

/** The lists of the indicators and drawings that klinecharts registers, and their registration. */
const REGISTERED = /^var (extensions(?:\$2)?) = \[[^\]]*\];[\s\S]*?^\1\.forEach\([\s\S]*?^\}\);/gm;

/** The figures. Polygons, arcs and paths are drawn only by views that are left out. */
const FIGURES = /\[circle, line, polygon, rect, text, arc, path\]/g;

/** What draws marks that the styles switch off, and overlays: the terminal has its own drawings. */
const UNUSED_VIEWS = [
  ...["CandleHighLowPriceView", "CrosshairFeatureView"],
  ...["OverlayView", "OverlayXAxisView", "OverlayYAxisView"],
];

/** Methods that only these views use, or that the terminal does not call. Tooltips have no texts. */
const UNUSED_METHODS: Record<string, readonly string[]> = {
  IndicatorTooltipView: [
    ...["drawStandardTooltipFeatures", "drawStandardTooltipLegends", "classifyTooltipFeatures"],
  ],
  ChartImp: [
    ...["createOverlay", "overrideOverlay", "removeOverlay", "getOverlays", "createYAxis"],
    ...["getConvertPictureUrl", "getPaneOptions", "zoomAtTimestamp", "scrollToTimestamp"],
  ],
  StoreImp: [
    ...["addOverlays", "overrideOverlay", "removeOverlay", "isOverlayEmpty", "isOverlayDrawing"],
    ...["getProgressOverlayInfo", "updateProgressOverlayInfo", "progressOverlayComplete"],
    ...["setHoverOverlayInfo", "setClickOverlayInfo"],
  ],
  DrawWidget: ["getImage"],
  DrawPane: ["getImage"],
  SeparatorPane: ["getImage"],
};

/**
 * Leaves out the parts of klinecharts that the terminal does not use, and of which the build cannot
 * see that: 16 KB gzip of the first load. A release that is written in another way fails the build.
 */
export function usedKlinecharts(): Plugin {
  return {
    name: "used-klinecharts",
    apply: "build",
    transform(code, id) {
      if (!id.includes("/klinecharts/dist/index.esm.js")) return null;
      const unregistered = replaced(code, REGISTERED, "", 2);
      const used = replaced(unregistered, FIGURES, "[circle, line, rect, text]", 1);
      const shown = withoutMethods(withoutTooltips(withEmptyViews(used)));
      return { code: withPureClasses(shown), map: null };
    },
  };
}

/** Let each unused view be one that draws nothing. */
function withEmptyViews(code: string): string {
  const used = UNUSED_VIEWS.reduce(
    (rest, name) => replaced(rest, definitionOf(name), `var ${name} = EmptyView;`, 1),
    code,
  );
  const emptyView = "class EmptyView extends View { drawImp() {} }";
  return replaced(used, definitionOf("View"), `$&\n${emptyView}`, 1);
}

/** Let the tooltip of the candles be that of an indicator, which reads the crosshair. */
const withoutTooltips = (code: string): string =>
  replaced(
    code,
    definitionOf("CandleTooltipView"),
    "var CandleTooltipView = IndicatorTooltipView;",
    1,
  );

function withoutMethods(code: string): string {
  const methods = Object.entries(UNUSED_METHODS).flatMap(([owner, names]) =>
    names.map((name) => `${owner}\\.prototype\\.${name}`),
  );
  return methods.reduce(
    (rest, method) =>
      replaced(rest, new RegExp(`^ {4}${method} = function [^]*?^ {4}\\};$`, "gm"), "", 1),
    code,
  );
}

/** Let the bundler leave out the classes that nothing uses. */
const withPureClasses = (code: string): string =>
  code.replaceAll("/** @class */ (", "/*#__PURE__*/ (");

/** Find the whole definition of a class, which ends at the first line that begins with a brace. */
const definitionOf = (name: string): RegExp =>
  new RegExp(`^var ${name} = /\\*\\* @class \\*/ [^]*?^\\}\\(\\w+\\)\\);`, "gm");

function replaced(code: string, pattern: RegExp, replacement: string, count: number): string {
  if (code.match(pattern)?.length !== count)
    throw new Error(`klinecharts does not have ${count} matches of ${pattern.source} any more`);
  return code.replace(pattern, replacement);
}
