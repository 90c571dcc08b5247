/** The language that the browser prefers. It decides how numbers are written and read. */
export const LOCALE = navigator.language;
