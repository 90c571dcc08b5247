import { execFile } from "node:child_process";
import { createHmac } from "node:crypto";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const python = fileURLToPath(new URL("../../../../../.venv/bin/python", import.meta.url));
const run = promisify(execFile);
/** The time after its expiry for which the backend still accepts a token. */
const LEEWAY_MS = 5_000;

/** Return a token that `trading-api token` issued: for DEMO-ACCOUNT and twelve hours. */
export async function developmentToken(secret: string): Promise<string> {
  const env = { PATH: process.env.PATH ?? "", AUTH_SECRET: secret, AUTH_MODE: "secret" };
  const { stdout } = await run(python, ["-m", "trading_api", "token"], { env });
  return stdout.trim();
}

/**
 * Return a copy of `token` that the backend accepts for `leftMs` only. It is signed here, because a
 * process that issues one would take as long to start.
 */
export function expiringToken(token: string, secret: string, leftMs: number): string {
  const claims = JSON.parse(Buffer.from(token.split(".")[1] ?? "", "base64url").toString());
  return signedToken(secret, claims, leftMs);
}

/** Return a token with these claims that the backend accepts for `leftMs`. */
export function signedToken(secret: string, claims: object, leftMs: number): string {
  const exp = (Date.now() + leftMs - LEEWAY_MS) / 1_000;
  const parts = [
    { alg: "HS256", typ: "JWT" },
    { ...claims, exp },
  ];
  const signed = parts
    .map((part) => Buffer.from(JSON.stringify(part)).toString("base64url"))
    .join(".");
  return `${signed}.${createHmac("sha256", secret).update(signed).digest("base64url")}`;
}
