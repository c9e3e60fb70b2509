import { type IncomingHttpHeaders, request } from 'node:http';
import { connect, type Socket } from 'node:net';
import { afterEach } from 'vitest';
import { type ListenOptions, type MonitorOptions, ProductionMonitor } from '#exercise/08-production-monitor';
import { macrotask } from '../deferred.ts';

type Server = Pick<ProductionMonitor, 'listen' | 'close'>;

const listening = new Set<Server>();
const sockets = new Set<Socket>();

afterEach(async () => {
  for (const socket of sockets) socket.destroy();
  sockets.clear();
  const open = [...listening];
  listening.clear();
  await Promise.all(open.map((monitor) => monitor.close()));
});

/** A monitor that listens, until the test is over. */
export async function served(options: MonitorOptions = {}) {
  const monitor = new ProductionMonitor(options);
  return { monitor, url: await listen(monitor) };
}

export async function listen(monitor: Server, options: ListenOptions = {}): Promise<string> {
  const url = await monitor.listen(options);
  listening.add(monitor);
  return url;
}

export interface Reply {
  readonly status: number;
  readonly headers: IncomingHttpHeaders;
  readonly body: string;
}

/** Asks for a path as it is, by a connection of its own. */
export function ask(url: string, path: string, method = 'GET'): Promise<Reply> {
  const { hostname, port } = new URL(url);
  return new Promise((resolve, reject) => {
    const asked = request({ hostname, port, path, method, agent: false }, (response) => {
      let body = '';
      response.setEncoding('utf8');
      response.on('data', (text) => (body += text));
      response.on('end', () => resolve({ status: response.statusCode!, headers: response.headers, body }));
      response.on('error', reject);
    });
    asked.on('error', reject);
    asked.end();
  });
}

/** Whether `promise` is settled, when all that waits only for its turn has had a great many. */
export async function isSettled(promise: Promise<unknown>): Promise<boolean> {
  let isDone = false;
  const done = () => (isDone = true);
  void promise.then(done, done);
  for (let turn = 0; turn < 5_000 && !isDone; turn++) await macrotask();
  return isDone;
}

/** What `promise` brings; nothing, if it has not by the time that the monitor has answered fifty others. */
export async function soon<T>(promise: Promise<T>, url: string): Promise<T | undefined> {
  let value: T | undefined;
  void promise.then((brought) => (value = brought));
  for (let others = 0; others < 50 && value === undefined; others++) await ask(url, '/metrics');
  return value;
}

export interface Connection {
  readonly socket: Socket;
  /** What has come until now. */
  received(): string;
  /** Resolves when `text` has come. */
  until(text: string): Promise<void>;
  /** Resolves to all that has come, when the other side has ended the connection. */
  readonly ended: Promise<string>;
}

/** A connection on which `text` is sent, and nothing more. */
export async function connected(url: string, text = ''): Promise<Connection> {
  const { hostname, port } = new URL(url);
  const socket = connect(Number(port), hostname);
  sockets.add(socket);
  socket.setEncoding('utf8');
  let received = '';
  const waiting = new Set<() => void>();
  socket.on('data', (chunk) => {
    received += chunk;
    for (const look of waiting) look();
  });
  socket.on('error', () => {}); // a connection that is reset has ended, too
  const ended = new Promise<string>((resolve) => socket.on('close', () => resolve(received)));
  await new Promise<void>((resolve) => socket.once('connect', () => resolve()));
  if (text !== '') socket.write(text);
  const until = (text: string) =>
    new Promise<void>((resolve) => {
      const look = () => {
        if (!received.includes(text)) return;
        waiting.delete(look);
        resolve();
      };
      waiting.add(look);
      look();
    });
  return { socket, received: () => received, until, ended };
}
