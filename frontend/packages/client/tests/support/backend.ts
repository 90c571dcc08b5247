import { type ChildProcess, spawn } from "node:child_process";
import { mkdtemp, rm } from "node:fs/promises";
import { connect, createServer, type Socket } from "node:net";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { fileURLToPath } from "node:url";

const binaries = fileURLToPath(new URL("../../../../../.venv/bin/", import.meta.url));

/** A backend in a process of its own, with a folder of its own, that can be killed and come back. */
export class Backend {
  readonly #port: number;
  readonly folder: string;
  readonly #environment: Record<string, string>;
  readonly #program: string[];
  #process: ChildProcess | null = null;
  #said = "";

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

  /** `program`: what Python runs. */
  static async started(
    environment: Record<string, string> = {},
    program: string[] = ["-m", "trading_api", "serve"],
  ): Promise<Backend> {
    const folder = await mkdtemp(join(tmpdir(), "trading-api-"));
    const backend = new Backend(await freePort(), folder, environment, program);
    await backend.start();
    return backend;
  }

  get address(): string {
    return `http://127.0.0.1:${this.#port}`;
  }

  get port(): number {
    return this.#port;
  }

  async start(): Promise<void> {
    const { PATH = "", HOME = "" } = process.env;
    const own = { PORT: String(this.#port), LOG_LEVEL: "warning", ...this.#environment };
    const env = { PATH, HOME, ...own };
    const server = spawn(join(binaries, "python"), this.#program, { cwd: this.folder, env });
    this.#process = server;
    server.stdout.on("data", (text) => (this.#said += text));
    server.stderr.on("data", (text) => (this.#said += text));
    while (!(await this.#isThere())) {
      if (server.exitCode !== null) throw new Error(`The backend ended: ${this.#said}`);
      await new Promise((resolve) => setTimeout(resolve, 50));
    }
  }

  /** As a power cut would. */
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

  async #isThere(): Promise<boolean> {
    try {
      return (await fetch(`${this.address}/api/v1/health`)).ok;
    } catch {
      return false;
    }
  }
}

/** A cable between a client and a backend that can be pulled out, while the backend lives on. */
export class Cable {
  readonly #port: number;
  readonly #lines = new Set<{ client: Socket; backend: Socket }>();
  readonly #server = createServer((client) => this.#join(client));
  #state: "plugged" | "swallowing" | "unplugged" = "plugged";

  constructor(port: number) {
    this.#port = port;
  }

  async address(): Promise<string> {
    await new Promise<void>((resolve) => this.#server.listen(0, "127.0.0.1", resolve));
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === "object" && address?.port}`;
  }

  unplug(): void {
    this.#state = "unplugged";
    for (const { client, backend } of this.#lines) {
      client.destroy();
      backend.destroy();
    }
  }

  /** What the client says arrives, and nothing comes back. */
  swallowAnswers(): void {
    this.#state = "swallowing";
    for (const { client, backend } of this.#lines) backend.unpipe(client).resume();
  }

  plug(): void {
    this.#state = "plugged";
  }

  close(): void {
    this.unplug();
    this.#server.close();
  }

  #join(client: Socket): void {
    const line = { client, backend: connect(this.#port, "127.0.0.1") };
    this.#lines.add(line);
    for (const end of [line.client, line.backend]) {
      end.on("error", () => {});
      end.on("close", () => this.#lines.delete(line));
    }
    client.pipe(line.backend).pipe(client);
    if (this.#state === "unplugged") this.unplug();
    else if (this.#state === "swallowing") this.swallowAnswers();
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
