import { readFile } from "node:fs/promises";
import { createServer, type Server } from "node:http";
import { extname, join, normalize } from "node:path";
import { fileURLToPath } from "node:url";

const packages = fileURLToPath(new URL("../../node_modules/", import.meta.url));
const TYPES: Record<string, string> = {
  ".html": "text/html",
  ".js": "text/javascript",
  ".mjs": "text/javascript",
};

/** Serves the files of a folder. The packages below `node_modules/` are those of the workspace. */
export class StaticServer {
  readonly #server: Server;

  private constructor(server: Server) {
    this.#server = server;
  }

  static async start(folder: string): Promise<StaticServer> {
    const server = createServer(async ({ url = "/" }, response) => {
      const path = normalize(new URL(url, "http://localhost").pathname);
      const name = path === "/" ? "index.html" : path.slice(1);
      const file = name.startsWith("node_modules/")
        ? join(packages, name.slice("node_modules/".length))
        : join(folder, name);
      try {
        const bytes = await readFile(file);
        response.writeHead(200, { "Content-Type": TYPES[extname(file)] ?? "text/plain" });
        response.end(bytes);
      } catch {
        response.writeHead(404).end();
      }
    });
    await new Promise<void>((resolve) => server.listen(0, "127.0.0.1", resolve));
    return new StaticServer(server);
  }

  get address(): string {
    const address = this.#server.address();
    return `http://127.0.0.1:${typeof address === "object" && address?.port}`;
  }

  stop(): void {
    this.#server.closeAllConnections();
    this.#server.close();
  }
}
