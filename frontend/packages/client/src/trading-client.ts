import type { Authentication } from "./authentication.ts";
import { BrokerTerminalService } from "./broker-terminal-service.ts";
import { type CommandPolicy, CommandSender } from "./command-sender.ts";
import { CommandTransport } from "./command-transport.ts";
import { Commands } from "./commands.ts";
import { DatafeedService } from "./datafeed-service.ts";
import { RestClient } from "./rest-client.ts";
import { RestTopics } from "./rest-topics.ts";
import type { ResumeOptions } from "./resume-storage.ts";
import { SocketClient } from "./socket-client.ts";
import type { SocketOptions } from "./socket-options.ts";
import { POLLING_OPTIONS, type PollingOptions } from "./topic-source.ts";
import type { BrokerHost } from "./tradingview/broker.ts";
import { WsAdapter } from "./ws-adapter.ts";

export interface TradingClientOptions {
  /** The address of the server, such as `http://127.0.0.1:8000`, without `/api/v1`. A proxy may
   * serve it at a sub-path. The default is the origin of the page. */
  baseUrl?: string;
  authentication?: Authentication;
  socket?: Partial<SocketOptions>;
  /** The encoding of the socket's messages, `json` by default. `msgpack` takes fewer bytes. */
  encoding?: "json" | "msgpack";
  /** Where the account's topics are stored, so that they continue after a reload of the page. */
  resume?: ResumeOptions;
  /** How topics are read where WebSockets are blocked; false to wait for a connection instead. */
  polling?: Partial<PollingOptions> | false;
}

/** The client of one backend: its REST API, its feeds over one socket, and TradingView's APIs. */
export class TradingClient {
  readonly rest: RestClient;
  readonly socket: SocketClient;
  readonly feeds: WsAdapter;
  readonly datafeed: DatafeedService;

  constructor({
    baseUrl = location.origin,
    authentication,
    socket,
    resume,
    encoding = "json",
    polling = {},
  }: TradingClientOptions = {}) {
    const own = authentication && { authentication };
    this.rest = new RestClient({ baseUrl, ...own });
    const url = `${baseUrl.replace(/^http/, "ws").replace(/\/$/, "")}/api/v1/ws`;
    const fallback = polling !== false && {
      topicSource: new RestTopics(this.rest, { ...POLLING_OPTIONS, ...polling }),
      polling,
    };
    const stored = resume && { resume };
    this.socket = new SocketClient({ url, encoding, ...own, ...fallback, ...stored, ...socket });
    this.feeds = new WsAdapter(this.socket);
    const { rest, feeds } = this;
    this.datafeed = new DatafeedService({ rest: rest.market, feeds, backend: rest });
  }

  /**
   * Return a new broker for `host`. Without `accountId` it is that of the default account. `policy`
   * says what becomes of commands while there is no connection.
   */
  async broker<Action = never>(
    host: BrokerHost<Action>,
    accountId?: string,
    policy: CommandPolicy = {},
  ): Promise<BrokerTerminalService<Action>> {
    const id = accountId ?? (await this.rest.account().info()).id;
    const { rest, feeds } = this;
    return new BrokerTerminalService(host, { rest, feeds, accountId: id, ...policy });
  }

  /**
   * Return the commands of an account, for programs without a host. They use the socket while it is
   * connected and REST otherwise. `policy` says what becomes of them during an outage.
   */
  commands(accountId: string, policy: CommandPolicy = {}): Commands {
    const transport = new CommandTransport(this.rest, this.socket);
    return new Commands(transport, new CommandSender(this.socket, policy), accountId);
  }

  /** End all subscriptions and the connection. The client cannot be used afterwards. */
  close(): void {
    this.socket.close();
  }
}
