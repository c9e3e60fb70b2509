import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

import { type ListenOptions, MAX_BEHIND_BYTES } from '#contract/08-production-monitor';

/** What one path answers; `events` keeps the connection and is sent what is published. */
export type Route = () => 'events' | Page | Promise<Page>;

export interface Page {
  readonly status: number;
  /** Without the charset, which is UTF-8. */
  readonly type: string;
  readonly body: string;
}

/** A small HTTP server that has nothing but its routes. */
export class Endpoints {
  // #region solution only
  readonly #routes: ReadonlyMap<string, Route>;
  /** Who is sent events: one answer for a connection, since it has no end. */
  readonly #listeners = new Map<Socket, ServerResponse>();
  /** There from the call of {@link listen} to that of {@link close}. */
  #server: Promise<Server> | undefined;
  #closed: Promise<void> = Promise.resolve();

  // #endregion
  constructor(routes: ReadonlyMap<string, Route>) {
    // #region solution only
    this.#routes = routes;
    // #endregion
  }

  /**
   * Begins to answer.
   *
   * @returns where: `http://127.0.0.1:9464`
   * @throws Error if it listens already; what `node:net` says if it can't
   */
  async listen({ port = 0, host = '127.0.0.1' }: ListenOptions = {}): Promise<string> {
    // #region step 8.5
    if (this.#server) throw new Error('the monitor listens already');
    const opening = this.#closed.then(() => this.#open(port, host));
    this.#server = opening;
    try {
      const address = (await opening).address() as AddressInfo;
      return `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`;
    } catch (error) {
      if (this.#server === opening) this.#server = undefined;
      throw error;
    }
    // #endregion
  }

  /** Ends all connections, whatever they are waiting for. Resolves when the port is free. */
  async close(): Promise<void> {
    // #region step 8.5
    if (this.#server) {
      this.#closed = this.#server.then(shut, () => {});
      this.#server = undefined;
    }
    await this.#closed;
    // #endregion
  }

  /** Sends what `text` returns to whoever listens for events; if nobody does, it is not called. */
  publish(text: () => string): void {
    // #region step 8.6
    if (this.#listeners.size === 0) return;
    const event = `data: ${text()}\n\n`;
    for (const [socket, response] of this.#listeners) {
      if (response.writableLength > MAX_BEHIND_BYTES) socket.destroy();
      else response.write(event);
    }
    // #endregion
  }
  // #region solution only

  async #open(port: number, host: string): Promise<Server> {
    const server = createServer((request, response) => void this.#answer(request, response));
    await new Promise<void>((resolve, reject) => {
      // And not `once`: a connection that can't be accepted is an `error` later on, and must not end the process.
      server.on('error', reject);
      server.listen(port, host, resolve);
    });
    return server;
  }

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const { socket } = request;
    // What is asked after events, which have no end, could only be kept, and never answered.
    if (this.#listeners.has(socket)) return void socket.destroy();
    response.setHeader('Cache-Control', 'no-store');
    // A body is not read, and so what comes after it on this connection can't be.
    const { 'content-length': length = '0', 'transfer-encoding': encoding } = request.headers;
    if (length !== '0' || encoding !== undefined) response.setHeader('Connection', 'close');
    const text = (status: number, body: string) =>
      send(response, { status, type: 'text/plain', body: `${body}\n` });
    try {
      const [path = ''] = (request.url ?? '').split('?', 1);
      const route = this.#routes.get(path);
      if (!route) return text(404, 'not found');
      if (request.method !== 'GET' && request.method !== 'HEAD') {
        response.setHeader('Allow', 'GET, HEAD');
        return text(405, 'method not allowed');
      }
      const answer = route();
      if (answer !== 'events') return send(response, await answer);
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      if (request.method === 'HEAD') return void response.end();
      response.flushHeaders();
      this.#listeners.set(socket, response);
      socket.on('close', () => this.#listeners.delete(socket));
    } catch {
      text(500, 'internal error');
    }
  }
  // #endregion
}
// #region solution only

async function shut(server: Server): Promise<void> {
  const closed = new Promise((resolve) => server.close(resolve));
  server.closeAllConnections();
  await closed;
}

function send(response: ServerResponse, { status, type, body }: Page): void {
  response.writeHead(status, {
    'Content-Type': `${type}; charset=utf-8`,
    'Content-Length': Buffer.byteLength(body),
  });
  response.end(body); // of which Node sends nothing where HEAD was asked
}
// #endregion
