import { readdirSync, readFileSync } from "node:fs";
import { fileURLToPath } from "node:url";
import { parseSync } from "vite";

const SOURCES = fileURLToPath(new URL("../../src/", import.meta.url));
/** The attributes that a user sees, or that a screen reader speaks. */
const SPOKEN = new Set(["aria-label", "aria-valuetext", "title", "placeholder", "alt", "label"]);
/** What the components and stores of the terminal show, by the names of their properties. */
const SHOWN = new Set([
  ...SPOKEN,
  "hint",
  "text",
  "advice",
  "confirm",
  "heading",
  "empty",
  "legend",
]);

/** What throws is a fault of the program, and imports are no texts. */
const IGNORED = new Set(["ThrowStatement", "ImportDeclaration", "ImportExpression"]);
/** A row of the server's preview, which the terminal looks for and does not show. */
const OF_SERVER = new Set(["Free margin"]);
const SENTENCE = /^\p{Lu}\p{Ll}*[,:]? \p{Ll}+/u;

interface Node {
  type: string;
  start: number;
  [key: string]: unknown;
}

/** Return the texts in the sources of the terminal that are not in the catalogue, with their places. */
export function literalTexts(): string[] {
  return readdirSync(SOURCES, { recursive: true, encoding: "utf8" })
    .filter((file) => /\.tsx?$/.test(file) && !file.startsWith("texts/"))
    .sort()
    .flatMap((file) =>
      literalTextsOf(file, readFileSync(SOURCES + file, "utf8")).map((text) => `${file}: ${text}`),
    );
}

/** Return the literal texts of one file: children and attributes of elements, and shown properties. */
export function literalTextsOf(file: string, source: string): string[] {
  const { program, errors } = parseSync(file, source);
  if (errors.length > 0) throw new Error(`${file}: ${errors[0]?.message}`);
  const found: string[] = [];
  const take = (value: unknown) => {
    for (const text of textsOf(value as Node))
      if (isWords(text) && !OF_SERVER.has(text)) found.push(text.trim());
  };
  const visit = (value: unknown): void => {
    if (Array.isArray(value)) {
      for (const each of value) visit(each);
      return;
    }
    if (typeof value !== "object" || value === null || !("type" in value)) return;
    const node = value as Node;
    if (node.type === "JSXText") take({ type: "Literal", start: 0, value: node.value });
    if (node.type === "JSXAttribute" && SHOWN.has(nameOf(node.name))) take(node.value);
    if (node.type === "JSXElement" || node.type === "JSXFragment") {
      for (const child of node.children as Node[]) {
        if (child.type === "JSXExpressionContainer") take(child.expression);
      }
    }
    if (node.type === "Property" && SHOWN.has(nameOf(node.key))) take(node.value);
    if (IGNORED.has(node.type)) return;
    // A sentence is a text wherever it is.
    if (node.type === "Literal" || node.type === "TemplateLiteral") {
      for (const text of textsOf(node)) if (SENTENCE.test(text.trim())) take(node);
    }
    for (const child of Object.values(node)) visit(child);
  };
  visit(program);
  return [...new Set(found)];
}

/** Return the texts that an expression can be: of a literal, a template, or the sides of a choice. */
function textsOf(node: Node | null | undefined): string[] {
  switch (node?.type) {
    case "Literal":
      return typeof node.value === "string" ? [node.value] : [];
    case "JSXExpressionContainer":
      return textsOf(node.expression as Node);
    case "TemplateLiteral":
      return (node.quasis as { value: { raw: string } }[]).map(({ value }) => value.raw);
    case "ConditionalExpression":
      return [...textsOf(node.consequent as Node), ...textsOf(node.alternate as Node)];
    case "LogicalExpression":
    case "BinaryExpression":
      return node.operator === "===" || node.operator === "!=="
        ? []
        : [...textsOf(node.left as Node), ...textsOf(node.right as Node)];
    case "ArrowFunctionExpression":
      return textsOf(node.body as Node);
    default:
      return [];
  }
}

const nameOf = (node: unknown): string => {
  const { name, value } = node as { name?: string; value?: string };
  return name ?? value ?? "";
};

/** A text has a word of two letters or more. Signs, such as `✕` or `:1`, have no language. */
const isWords = (text: string): boolean => /\p{L}{2}/u.test(text);
