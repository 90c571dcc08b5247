/** The texts of the account in the row at the top. */
export const accountKinds = {
  change: (name: string, kind: string) => `Account ${kind} ${name}: change`,
  none: "Account",
  paper: "Paper",
  live: "Real money",
};
