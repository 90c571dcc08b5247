/** null: not a number above zero. */
export function numberIn(text: string): number | null {
  const value = Number(text.replaceAll(",", ""));
  return text.trim() !== "" && Number.isFinite(value) && value > 0 ? value : null;
}

/** undefined: nothing was written. */
export const optionalNumberIn = (text: string): number | null | undefined =>
  text.trim() === "" ? undefined : numberIn(text);
