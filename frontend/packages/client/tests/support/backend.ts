import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { createServer } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const binaries = fileURLToPath(new URL("../../../../../.venv/bin/", import.meta.url));

/** A backend in its own process and its own folder. It can be killed and started again. */
export class Backend {
  readonly #port: number;
  readonly folder: string;
  readonly #environment: Record<string, string>;
  readonly #program: string[];
  #process: ChildProcess | null = null;
  #output = "";

  private constructor(
    port: number,
    folder: string,
    environment: Record<string, string>,
    program: string[],
  ) {
    this.#port = port;
    this.folder = folder;
    this.#environment = environment;
    this.#program = program;
  }

  /** Start a backend and resolve once it is healthy. `program` has the arguments of Python. */
  static async start(
    environment: Record<string, string> = {},
    program: string[] = ["-m", "trading_api", "serve"],
  ): Promise<Backend> {
    const folder = await mkdtemp(join(tmpdir(), "trading-api-"));
    const backend = new Backend(await freePort(), folder, environment, program);
    await backend.restart();
    return backend;
  }

  get address(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get port(): number {
    return this.#port;
  }

  /** Halt the process, so that it neither works nor ends, until `continue`. */
  pause(): void {
    this.#process?.kill("SIGSTOP");
  }

  /** Continue the halted process. */
  continue(): void {
    this.#process?.kill("SIGCONT");
  }

  /** Stop a process that a supervisor has started, so that it neither works nor ends. */
  pauseChild(name: string): void {
    process.kill(this.#childPid(name), "SIGSTOP");
  }

  /** Kill a process that a supervisor has started, and resolve once another one takes its place. */
  async killChild(name: string): Promise<void> {
    const pid = this.#childPid(name);
    process.kill(pid, "SIGKILL");
    while (this.#childPid(name) === pid) {
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  #childPid(name: string): number {
    const started = new RegExp(`"process_started","child":"${name}","pid":(\\d+)`, "g");
    const found = [...this.#output.matchAll(started)].at(-1);
    if (found === undefined) throw new Error(`There is no process ${name}: ${this.#output}`);
    return Number(found[1]);
  }

  /** Start the process, on the same port and folder as before, and resolve once it is healthy. */
  async restart(): Promise<void> {
    const { PATH = "", HOME = "" } = process.env;
    const own = { PORT: String(this.#port), LOG_LEVEL: "warning", ...this.#environment };
    const env = { PATH, HOME, ...own };
    const server = spawn(join(binaries, "python"), this.#program, { cwd: this.folder, env });
    this.#process = server;
    server.stdout.on("data", (text) => (this.#output += text));
    server.stderr.on("data", (text) => (this.#output += text));
    while (!(await this.#isHealthy())) {
      if (server.exitCode !== null) throw new Error(`The backend exited: ${this.#output}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** Kill the process with SIGKILL, as a power failure would. */
  async kill(): Promise<void> {
    const server = this.#process;
    this.#process = null;
    if (server === null || server.exitCode !== null) return;
    const ended = new Promise((resolve) => server.once("exit", resolve));
    server.kill("SIGKILL");
    await ended;
  }

  async stop(): Promise<void> {
    await this.kill();
    await rm(this.folder, { recursive: true, force: true });
  }

  async #isHealthy(): Promise<boolean> {
    try {
      return (await fetch(`${this.address}/api/v1/health`)).ok;
    } catch {
      return false;
    }
  }
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
  const address = server.address();
  await new Promise((resolve) => server.close(resolve));
  if (typeof address !== "object" || address === null) throw new Error("no port");
  return address.port;
}
