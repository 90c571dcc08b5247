import type { OpenDialog } from "../app-store.ts";

type Named<N> = Extract<NonNullable<OpenDialog>, { name: N }>;

/** Return the open dialog if it has this name, or else false. */
export const named = <N extends string>(dialog: OpenDialog, name: N): Named<N> | false =>
  dialog?.name === name ? (dialog as Named<N>) : false;
