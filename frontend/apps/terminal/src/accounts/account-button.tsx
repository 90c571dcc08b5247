import { useApp } from "../app-store.ts";
import { texts } from "../texts/texts.ts";
import { AccountKindMark, kindName } from "./account-kind.tsx";

/** Shows the account and its kind, and opens the list of accounts. */
export function AccountButton() {
  const app = useApp();
  const name = () => app.account.name;
  return (
    <button
      type="button"
      class="quiet account-button"
      data-kind={app.account.kind}
      aria-label={texts.accountKinds.change(name(), kindName(app.account.kind))}
      aria-haspopup="dialog"
      title={app.account.id}
      onClick={() => app.openDialog({ name: "accounts" })}
    >
      <AccountKindMark kind={app.account.kind} />{" "}
      <span class="account-name">{name() || texts.accountKinds.none}</span>
    </button>
  );
}
