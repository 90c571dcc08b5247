import { expect, test } from "vitest";
import { english } from "../src/texts/english.ts";
import type { Texts } from "../src/texts/texts.ts";
import { literalTexts, literalTextsOf } from "./support/literal-texts.ts";

test("every text that a user reads is in the catalogue", () => {
  expect(literalTexts()).toEqual([]);
});

test("literal texts are found in elements, attributes, choices and shown properties", () => {
  const source = `
    const a = { label: "First", value: "kept", kind: "icon" };
    const b = <p class="muted" title="Second">Third {x ? "Fourth" : 1} {\`Fifth \${n}\`} ✕ :1</p>;
    const c = <Choice label={isOpen() ? texts.a : "Sixth"} value="open" />;
    show({ text: n === "none" ? n : "Seventh " + n });
  `;
  const found = literalTextsOf("example.tsx", source);
  expect(found.sort()).toEqual(["Fifth", "First", "Fourth", "Second", "Seventh", "Sixth", "Third"]);
});

/** Return the catalogue in another language, in which each text is marked. The types stay. */
function marked<T>(value: T): T {
  if (typeof value === "string") return `[${value}]` as T;
  if (typeof value === "function") {
    return ((...values: unknown[]) =>
      marked((value as (...all: unknown[]) => unknown)(...values))) as T;
  }
  if (Array.isArray(value)) return value.map(marked) as T;
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(Object.entries(value).map(([name, each]) => [name, marked(each)])) as T;
}

test("another language is another catalogue of the same type", () => {
  const other: Texts = marked(english);
  expect(other.terminal.view.chart).toBe("[Chart]");
  expect(other.workspace.chartName("AAPL", 2)).toBe("[Chart 2, of AAPL]");
  expect(Object.keys(other)).toEqual(Object.keys(english));
});
