// `ws` as its README shows it: a broadcast sends to each client. Standard input has the templates of
// the topics' updates, one a line, and ends with the process that started this one.
import { createServer } from "node:http";
import { createInterface } from "node:readline";
import { setImmediate, setTimeout } from "node:timers/promises";
import { WebSocketServer } from "ws";

const templates = [];
const clients = new Map();
const server = createServer(async (request, response) => {
  const asked = new URL(request.url, "http://127.0.0.1").searchParams;
  for (let round = 0; round < Number(asked.get("rounds")); round++) {
    for (let number = Number(asked.get("first")); number < Number(asked.get("last")); number++) {
      const text = templates[number]
        .replace("TIME", String(process.hrtime.bigint() / 1000n))
        .replace("TS", String(Date.now()));
      for (const client of clients.get(number) ?? []) client.send(text);
    }
    const pause = Number(asked.get("pause_s"));
    await (pause ? setTimeout(pause * 1000) : setImmediate());
  }
  response.writeHead(200, { "Content-Length": 0 }).end();
});
const sockets = new WebSocketServer({ server, perMessageDeflate: false });
sockets.on("connection", (socket) => {
  socket.on("message", (message) => {
    const number = Number(JSON.parse(message).payload.symbol.slice(1));
    if (!clients.has(number)) clients.set(number, new Set());
    clients.get(number).add(socket);
    socket.send('{"status":"ok"}');
  });
  socket.on("close", () => clients.forEach((each) => each.delete(socket)));
});
createInterface({ input: process.stdin })
  .on("line", (line) => templates.push(line))
  .on("close", () => process.exit());
server.listen({ fd: Number(process.argv[2]), backlog: 4096 });
