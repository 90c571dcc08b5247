/** The language that the browser prefers. It decides how numbers and dates are written and read. */
export const LOCALE = navigator.language;

/** The language of the texts, for screen readers and for the browser's own translation. */
export const LANGUAGE = "en";
