import { createReadStream } from 'node:fs';
import { stat } from 'node:fs/promises';
import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { extname, join, normalize, sep } from 'node:path';
import { UsageError } from '../command.ts';

const TYPES: Readonly<Record<string, string>> = {
  '.html': 'text/html; charset=utf-8',
  '.css': 'text/css; charset=utf-8',
  '.js': 'text/javascript; charset=utf-8',
  '.json': 'application/json',
  '.svg': 'image/svg+xml',
  '.png': 'image/png',
};

export interface Served {
  readonly url: string;
  close(): Promise<void>;
}

/**
 * Serves the files of a folder, to this machine only.
 *
 * @param port 0 for any that is free
 * @throws UsageError if the port is taken
 */
export async function serveFolder(folder: string, port: number): Promise<Served> {
  const server = createServer((request, response) => void answer(folder, request, response));
  await listen(server, port);
  const { port: actual } = server.address() as AddressInfo;
  const close = () =>
    new Promise<void>((resolve) => {
      server.close(() => resolve());
      server.closeAllConnections();
    });
  return { url: `http://127.0.0.1:${actual}/`, close };
}

function listen(server: Server, port: number): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', (error: NodeJS.ErrnoException) => {
      const isTaken = error.code === 'EADDRINUSE';
      reject(isTaken ? new UsageError(`port ${port} is taken; --port takes another, or 0 for any that is free`) : error);
    });
    server.listen(port, '127.0.0.1', resolve);
  });
}

async function answer(folder: string, { method, url }: IncomingMessage, response: ServerResponse): Promise<void> {
  const end = (status: number, text: string) => response.writeHead(status, { 'content-type': 'text/plain' }).end(text);
  if (method !== 'GET' && method !== 'HEAD') return void end(405, 'Only GET and HEAD');
  const path = pathOf(folder, url ?? '/');
  if (path === undefined) return void end(400, 'Bad request');
  try {
    const file = (await stat(path)).isDirectory() ? join(path, 'index.html') : path;
    const { size } = await stat(file);
    response.writeHead(200, {
      'content-type': TYPES[extname(file)] ?? 'application/octet-stream',
      'content-length': size,
      'cache-control': 'no-cache',
    });
    if (method === 'HEAD') response.end();
    else createReadStream(file).on('error', () => response.destroy()).pipe(response);
  } catch {
    end(404, 'Not found');
  }
}

/** The file that a request is for; `undefined` if it is malformed, or outside of the folder. */
function pathOf(folder: string, url: string): string | undefined {
  try {
    const path = normalize(join(folder, decodeURIComponent(new URL(url, 'http://localhost').pathname)));
    return (path === folder || path.startsWith(folder + sep)) && !path.includes('\0') ? path : undefined;
  } catch {
    return undefined;
  }
}
