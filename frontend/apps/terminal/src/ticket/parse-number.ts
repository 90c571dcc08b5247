/** null: not a number above zero. */
export function parseNumber(text: string): number | null {
  const value = Number(text.replaceAll(",", ""));
  return text.trim() !== "" && Number.isFinite(value) && value > 0 ? value : null;
}

/** undefined: nothing was written. */
export const parseOptionalNumber = (text: string): number | null | undefined =>
  text.trim() === "" ? undefined : parseNumber(text);
