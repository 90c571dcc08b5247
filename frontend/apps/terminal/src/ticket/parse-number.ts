/** Return the number in `text`, or null if it is no positive number. Commas are ignored. */
export function parseNumber(text: string): number | null {
  const value = Number(text.replaceAll(",", ""));
  return text.trim() !== "" && Number.isFinite(value) && value > 0 ? value : null;
}

/** Return the number in `text`, null if it is no positive number, or undefined if it is empty. */
export const parseOptionalNumber = (text: string): number | null | undefined =>
  text.trim() === "" ? undefined : parseNumber(text);
