// The monitor on the network: a server that has its pages and nothing else, and bounds for all that it keeps.

import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';
import { CONTENT_SECURITY_POLICY } from './dashboard.ts';

/** A listener of events for whom more bytes than this wait at a tick is cut off. */
export const MAX_BEHIND_BYTES = 1_000_000;

/** With one connection more, that which was silent for the longest is cut off. */
export const MAX_CONNECTIONS = 128;

/** Where the monitor is reached. */
export interface ListenOptions {
  /** @default 0, one that is free */
  port?: number;
  /** @default '127.0.0.1', which is reached from this machine alone */
  host?: string;
}

export interface Page {
  readonly status: number;
  /** Without the charset, which is always UTF-8. */
  readonly type: string;
  readonly body: string;
}

export interface EndpointOptions {
  /** Exact paths. */
  readonly pages: ReadonlyMap<string, () => Page | Promise<Page>>;
  /** The path on which {@link Endpoints.publish} is heard. */
  readonly events: string;
}

/** A page as it is sent. The bytes are shared by all who asked in the same turn. */
interface Sent {
  readonly status: number;
  readonly type: string;
  readonly bytes: Buffer;
}

/**
 * A head of more than 8 kB is refused as it comes (431), and one that is not there after 10 s, too (408). An idle
 * connection may stay for longer than a server waits between two scrapes: it costs one of {@link MAX_CONNECTIONS}.
 */
const LIMITS = { maxHeaderSize: 8_192, headersTimeout: 10_000, requestTimeout: 20_000, keepAliveTimeout: 75_000 };

const HEADERS = {
  'Cache-Control': 'no-store',
  'Content-Security-Policy': CONTENT_SECURITY_POLICY,
  'Referrer-Policy': 'no-referrer',
  'X-Content-Type-Options': 'nosniff',
};

export class Endpoints {
  readonly #options: EndpointOptions;
  /** The one that was silent for the longest comes first; at most {@link MAX_CONNECTIONS}. */
  readonly #connections = new Set<Socket>();
  /** Who hears events, and the answer that has no end; one for a connection. */
  readonly #listeners = new Map<Socket, ServerResponse>();
  /** What was asked for in this turn of the event loop; empty when it ends. */
  readonly #inThisTurn = new Map<string, Promise<Sent>>();
  /** There from the call of {@link listen} to that of {@link close}. */
  #server: Promise<Server> | undefined;
  #closed: Promise<unknown> = Promise.resolve();

  constructor(options: EndpointOptions) {
    this.#options = options;
  }

  /** @returns where it listens, as `http://127.0.0.1:9464` */
  async listen({ port = 0, host = '127.0.0.1' }: ListenOptions = {}): Promise<string> {
    if (this.#server !== undefined) throw new Error('the monitor listens already');
    const opening = this.#closed.then(() => this.#open(port, host));
    this.#server = opening;
    try {
      const address = (await opening).address() as AddressInfo;
      return `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`;
    } catch (error) {
      if (this.#server === opening) this.#server = undefined;
      throw error;
    }
  }

  /** Cuts off who is connected. Resolves when the port is free, to whoever called, however often. */
  async close(): Promise<void> {
    const server = this.#server;
    if (server !== undefined) {
      this.#server = undefined;
      this.#closed = server.then(shut, () => {});
    }
    await this.#closed;
  }

  /** Sends an event with the JSON of what `data` returns to all who listen. Nobody does: it is not called. */
  publish(data: () => unknown): void {
    if (this.#listeners.size === 0) return;
    const event = Buffer.from(`data: ${JSON.stringify(data())}\n\n`);
    for (const [socket, response] of this.#listeners) {
      if (response.writableLength > MAX_BEHIND_BYTES) socket.destroy();
      else response.write(event);
    }
  }

  async #open(port: number, host: string): Promise<Server> {
    const server = createServer(LIMITS, (request, response) => void this.#answer(request, response));
    server.on('connection', (socket: Socket) => this.#admit(socket));
    await new Promise<void>((resolve, reject) => {
      // Kept afterwards: that no further connection can be accepted, for want of descriptors, must not end the process.
      server.on('error', reject);
      server.listen(port, host, resolve);
    });
    return server;
  }

  // #region admit
  #admit(socket: Socket): void {
    socket.on('close', () => this.#forget(socket));
    this.#hear(socket);
    if (this.#connections.size <= MAX_CONNECTIONS) return;
    const [silent] = this.#connections;
    silent!.destroy();
    this.#forget(silent!);
  }

  /** A set is in the order of insertion: who is heard goes to its end. */
  #hear(socket: Socket): void {
    this.#connections.delete(socket);
    this.#connections.add(socket);
  }
  // #endregion admit

  #forget(socket: Socket): void {
    this.#connections.delete(socket);
    this.#listeners.delete(socket);
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    // What is asked after a question whose answer has no end could only be kept, and never answered.
    if (this.#listeners.has(request.socket)) return void request.socket.destroy();
    this.#hear(request.socket);
    try {
      const [path = ''] = (request.url ?? '').split('?', 1);
      const { pages, events } = this.#options;
      const isListening = path === events;
      if (!isListening && !pages.has(path)) return send(request, response, NOT_FOUND);
      if (request.method !== 'GET' && request.method !== 'HEAD') return send(request, response, NOT_ALLOWED);
      if (isListening) this.#listen(request, response);
      else send(request, response, await this.#page(path));
    } catch {
      if (!response.headersSent) send(request, response, FAILED);
    }
  }

  /**
   * One page for all who ask in one turn of the event loop. Nothing has happened between them; and a thousand
   * requests that come in one packet cost one page, and not a thousand.
   */
  #page(path: string): Promise<Sent> {
    let page = this.#inThisTurn.get(path);
    if (page === undefined) {
      if (this.#inThisTurn.size === 0) setImmediate(() => this.#inThisTurn.clear());
      page = this.#render(path);
      this.#inThisTurn.set(path, page);
    }
    return page;
  }

  async #render(path: string): Promise<Sent> {
    const { body, ...head } = await this.#options.pages.get(path)!();
    return { ...head, bytes: Buffer.from(body) };
  }

  #listen(request: IncomingMessage, response: ServerResponse): void {
    response.writeHead(200, headersOf(request, 'text/event-stream'));
    if (request.method === 'HEAD') return void response.end();
    response.flushHeaders();
    this.#listeners.set(request.socket, response);
  }
}

const NOT_FOUND = refusal(404, 'not found');
const NOT_ALLOWED = refusal(405, 'method not allowed');
const FAILED = refusal(500, 'internal error');

function refusal(status: number, text: string): Sent {
  return { status, type: 'text/plain', bytes: Buffer.from(`${text}\n`) };
}

function send(request: IncomingMessage, response: ServerResponse, { status, type, bytes }: Sent): void {
  const allow = status === 405 ? { Allow: 'GET, HEAD' } : {};
  response.writeHead(status, { ...headersOf(request, type), ...allow, 'Content-Length': bytes.length });
  response.end(bytes); // of which nothing is sent to who asked by HEAD
}

function headersOf({ headers }: IncomingMessage, type: string): Record<string, string> {
  // The next request begins where a body ends, and nobody reads it as far as that.
  const hasBody = headers['transfer-encoding'] !== undefined || (headers['content-length'] ?? '0') !== '0';
  return { ...HEADERS, 'Content-Type': `${type}; charset=utf-8`, ...(hasBody && { Connection: 'close' }) };
}

function shut(server: Server): Promise<unknown> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  return closed;
}
