import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo, Socket } from 'node:net';

import { type ListenOptions, MAX_BEHIND_BYTES } from '#contract/08-production-monitor';
import { todo } from '#todo';

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
  constructor(routes: ReadonlyMap<string, Route>) {
  }

  /**
   * Begins to answer.
   *
   * @returns where: `http://127.0.0.1:9464`
   * @throws Error if it listens already; what `node:net` says if it can't
   */
  async listen({ port = 0, host = '127.0.0.1' }: ListenOptions = {}): Promise<string> {
    todo('8.5');
  }

  /** Ends all connections, whatever they are waiting for. Resolves when the port is free. */
  async close(): Promise<void> {
    todo('8.5');
  }

  /** Sends what `text` returns to whoever listens for events; if nobody does, it is not called. */
  publish(text: () => string): void {
    todo('8.6');
  }
}
