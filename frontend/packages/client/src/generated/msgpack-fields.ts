// Generated from asyncapi.json by `npm run generate`. Edit nothing here.
/** A field: its name, or with its name the fields of its object, of its items, or of `v`. */
export type Field =
    | string
    | { name: string; fields: readonly Field[] }
    | { name: string; items: readonly Field[] }
    | { name: string; ok: readonly Field[]; error: readonly Field[] };
export const FIELDS: { [route: string]: readonly Field[] } = {};
