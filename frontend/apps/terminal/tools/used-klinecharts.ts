import type { Plugin } from "vite";

const REGISTERED = /(var extensions(?:\$2)? = )\[[^\]]*\]/g;

/**
 * Leaves out the indicators and drawings that klinecharts registers by itself. The terminal has its
 * own, and the build cannot see that these are not used: 6 KB gzip of the first load.
 */
export function usedKlinecharts(): Plugin {
  return {
    name: "used-klinecharts",
    apply: "build",
    transform(code, id) {
      if (!id.includes("/klinecharts/dist/index.esm.js")) return null;
      if (code.match(REGISTERED)?.length !== 2)
        throw new Error("klinecharts registers its indicators and drawings in another way now");
      return { code: code.replace(REGISTERED, "$1[]"), map: null };
    },
  };
}
