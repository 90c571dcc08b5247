import { execFile } from "node:child_process";
import { createHmac } from "node:crypto";
import { fileURLToPath } from "node:url";
import { promisify } from "node:util";

const python = fileURLToPath(new URL("../../../../../.venv/bin/python", import.meta.url));
const run = promisify(execFile);
/** So long after its end a token is still taken. */
const LEEWAY_MS = 5_000;

/** As `trading-api token` makes one: of DEMO-ACCOUNT, for twelve hours. */
export async function developmentToken(secret: string): Promise<string> {
  const env = { PATH: process.env.PATH ?? "", AUTH_SECRET: secret, AUTH_MODE: "secret" };
  const { stdout } = await run(python, ["-m", "trading_api", "token"], { env });
  return stdout.trim();
}

/** The same, but taken for so long only; a process that makes one would take as long to start. */
export function endingToken(token: string, secret: string, leftMs: number): string {
  const [head = "", body = ""] = token.split(".");
  const claims = JSON.parse(Buffer.from(body, "base64url").toString());
  const exp = (Date.now() + leftMs - LEEWAY_MS) / 1_000;
  const ending = Buffer.from(JSON.stringify({ ...claims, exp })).toString("base64url");
  const signature = createHmac("sha256", secret).update(`${head}.${ending}`).digest("base64url");
  return `${head}.${ending}.${signature}`;
}
