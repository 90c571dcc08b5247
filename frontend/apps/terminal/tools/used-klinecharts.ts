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

/** What draws the texts of tooltips, which are empty. The rest of their view reads the crosshair. */
const UNUSED_TOOLTIP_METHODS = [
  ...["drawStandardTooltipFeatures", "drawStandardTooltipLegends", "classifyTooltipFeatures"],
];

/**
 * Leaves out the parts of klinecharts that the terminal does not use, and of which the build cannot
 * see that: 15 KB gzip of the first load. A release that is written in another way fails the build.
 */
export function usedKlinecharts(): Plugin {
  return {
    name: "used-klinecharts",
    apply: "build",
    transform(code, id) {
      if (!id.includes("/klinecharts/dist/index.esm.js")) return null;
      const unregistered = replaced(code, REGISTERED, "", 2);
      const used = replaced(unregistered, FIGURES, "[circle, line, rect, text]", 1);
      return { code: withPureClasses(withoutTooltips(withEmptyViews(used))), map: null };
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

function withoutTooltips(code: string): string {
  const tooltip = "IndicatorTooltipView";
  const candles = "CandleTooltipView";
  return UNUSED_TOOLTIP_METHODS.reduce(
    (rest, name) => {
      const method = `^ {4}${tooltip}\\.prototype\\.${name} = function [^]*?^ {4}\\};$`;
      return replaced(rest, new RegExp(method, "gm"), "", 1);
    },
    replaced(code, definitionOf(candles), `var ${candles} = ${tooltip};`, 1),
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
