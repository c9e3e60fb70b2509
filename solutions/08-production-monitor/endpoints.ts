import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';

import { type ListenOptions, MAX_BEHIND_BYTES } from '#contract/08-production-monitor';

/** What one path answers; `events` keeps the connection and is sent what is published. */
export type Route = () => Answer | Promise<Answer>;

export type Answer = 'events' | { readonly status: number; readonly type: string; readonly body: string };

/** A small HTTP server that has nothing but its routes. */
export class Endpoints {
  // #region solution only
  readonly #routes: ReadonlyMap<string, Route>;
  readonly #listeners = new Set<ServerResponse>();
  #server: Server | undefined;

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
    const server = createServer((request, response) => void this.#answer(request, response));
    this.#server = server;
    try {
      await new Promise<void>((resolve, reject) => {
        server.once('error', reject);
        server.listen(port, host, resolve);
      });
    } catch (error) {
      this.#server = undefined;
      throw error;
    }
    const address = server.address() as AddressInfo;
    return `http://${host.includes(':') ? `[${host}]` : host}:${address.port}`;
    // #endregion
  }

  /** Ends all connections, whatever they are waiting for. Resolves when the port is free. */
  async close(): Promise<void> {
    // #region step 8.5
    const server = this.#server;
    if (!server) return;
    this.#server = undefined;
    const closed = new Promise((resolve) => server.close(resolve));
    server.closeAllConnections();
    await closed;
    // #endregion
  }

  /** Sends what `text` returns to whoever listens for events; if nobody does, it is not called. */
  publish(text: () => string): void {
    // #region step 8.6
    if (this.#listeners.size === 0) return;
    const event = `data: ${text()}\n\n`;
    for (const response of this.#listeners) {
      if (response.writableLength > MAX_BEHIND_BYTES) response.destroy();
      else response.write(event);
    }
    // #endregion
  }
  // #region solution only

  async #answer(request: IncomingMessage, response: ServerResponse): Promise<void> {
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
      const answer = await route();
      if (answer !== 'events') return send(response, answer);
      response.writeHead(200, { 'Content-Type': 'text/event-stream' });
      if (request.method === 'HEAD') return void response.end();
      response.flushHeaders();
      this.#listeners.add(response);
      response.on('close', () => this.#listeners.delete(response));
    } catch {
      text(500, 'internal error');
    }
  }
  // #endregion
}
// #region solution only

function send(response: ServerResponse, { status, type, body }: Exclude<Answer, 'events'>): void {
  response.writeHead(status, {
    'Content-Type': `${type}; charset=utf-8`,
    'Content-Length': Buffer.byteLength(body),
  });
  response.end(body); // of which Node sends nothing where HEAD was asked
}
// #endregion
