import type { Plugin } from "vite";

/** The lists of the indicators and drawings that klinecharts registers by itself. */
const REGISTERED = /(var extensions(?:\$2)? = )\[[^\]]*\]/g;

/** The figures, of which no view that is used draws the last ones. */
const FIGURES = /\[circle, line, polygon, rect, text, arc, path\]/g;

/** What the styles of the terminal switch off, and the overlays, of which it has its own. */
const UNUSED_VIEWS = [
  ...["CandleHighLowPriceView", "CandleTooltipView", "CrosshairFeatureView"],
  ...["IndicatorTooltipView", "OverlayView", "OverlayXAxisView", "OverlayYAxisView"],
];

/**
 * Leaves out the parts of klinecharts that the terminal does not use, and of which the build cannot
 * see that: 13 KB gzip of the first load. A release that is written in another way fails the build.
 */
export function usedKlinecharts(): Plugin {
  return {
    name: "used-klinecharts",
    apply: "build",
    transform(code, id) {
      if (!id.includes("/klinecharts/dist/index.esm.js")) return null;
      const unregistered = replaced(code, REGISTERED, "$1[]", 2);
      const used = replaced(unregistered, FIGURES, "[circle, line, rect, text]", 1);
      return { code: withEmptyViews(used), map: null };
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

/** Find the whole definition of a class, which ends at the first line that begins with a brace. */
const definitionOf = (name: string): RegExp =>
  new RegExp(`^var ${name} = /\\*\\* @class \\*/ [^]*?^\\}\\(\\w+\\)\\);`, "gm");

function replaced(code: string, pattern: RegExp, replacement: string, count: number): string {
  if (code.match(pattern)?.length !== count)
    throw new Error(`klinecharts has not ${count} of ${pattern.source} now`);
  return code.replace(pattern, replacement);
}
