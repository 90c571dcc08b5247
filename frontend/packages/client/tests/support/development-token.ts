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
  const [head = "", body = ""] = token.split(".");
  const claims = JSON.parse(Buffer.from(body, "base64url").toString());
  const exp = (Date.now() + leftMs - LEEWAY_MS) / 1_000;
  const claimsPart = Buffer.from(JSON.stringify({ ...claims, exp })).toString("base64url");
  const signature = createHmac("sha256", secret)
    .update(`${head}.${claimsPart}`)
    .digest("base64url");
  return `${head}.${claimsPart}.${signature}`;
}
