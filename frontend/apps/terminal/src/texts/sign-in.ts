export const signIn = {
  title: "Sign in",
  why: "This server answers only callers with a token.",
  notAccepted: "The token was not accepted. It may have expired: get a fresh one.",
  token: "Token",
};
