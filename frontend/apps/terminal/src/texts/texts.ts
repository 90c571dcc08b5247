import { english } from "./english.ts";

/** Every text that a user reads, in one language. A text with values is a function of them. */
export type Texts = typeof english;

/** The texts in the language of the page. Another language is another object of this type. */
export const texts: Texts = english;
