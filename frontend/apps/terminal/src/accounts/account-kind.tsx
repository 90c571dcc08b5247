import { texts } from "../texts/texts.ts";

const NAMES: Record<string, string> = {
  paper: texts.accountKinds.paper,
  live: texts.accountKinds.live,
};
const MARKS: Record<string, string> = { paper: "□", live: "●" };

/** Return what a kind of account is called. */
export const kindName = (kind: string): string => NAMES[kind] ?? kind;

/** The kind of an account: a mark of its own shape, and its name. */
export function AccountKindMark(props: { kind: string }) {
  return (
    <span class="account-kind" data-kind={props.kind}>
      <span aria-hidden="true">{MARKS[props.kind] ?? "◇"}</span>
      {kindName(props.kind)}
    </span>
  );
}
