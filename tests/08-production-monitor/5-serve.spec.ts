import { Server } from 'node:net';
import { networkInterfaces } from 'node:os';
import { describe, expect, it, vi } from 'vitest';
import { formatMetrics, ProductionMonitor } from '#exercise/08-production-monitor';
import { Timers } from '../03-batch-processor/timers.ts';
import { macrotask } from '../deferred.ts';
import { recorder } from '../recorder.ts';
import { ask, connected, isSettled, listen, served, soon } from './http.ts';
import { expectSame } from './prometheus.ts';

const PATHS = ['/health/live', '/health/ready', '/metrics'];

const failing = () => {
  throw new Error('down');
};

/** What happens when one asks where nobody should listen any more. */
const refusalOf = (url: string) =>
  ask(url, '/metrics').then(
    ({ status }) => `it answers ${status}`,
    ({ code }: NodeJS.ErrnoException) => code,
  );

describe('8.5 Answer the network', () => {
  describe('8.5.1 `/health/live` runs the checks of kind `live` alone', () => {
    it('and answers 200 while they pass', async () => {
      const { monitor, url } = await served();
      const [db, calls] = recorder(failing);
      monitor.addCheck('loop', () => {}, { kind: 'live' });
      monitor.addCheck('db', db);
      expect((await ask(url, '/health/live')).status, 'status').toBe(200);
      expect(calls.length, 'calls of the check of kind ready').toBe(0);
    });

    it('503 when one fails', async () => {
      const { monitor, url } = await served();
      monitor.addCheck('loop', failing, { kind: 'live' });
      monitor.addCheck('db', () => {});
      expect((await ask(url, '/health/live')).status, 'status').toBe(503);
    });

    it('503 when one hangs', async () => {
      const timers = new Timers();
      const { monitor, url } = await served({ schedule: timers.schedule });
      let begun = () => {};
      const hasBegun = new Promise<void>((resolve) => (begun = resolve));
      const hangs = () => {
        begun();
        return new Promise(() => {});
      };
      monitor.addCheck('loop', hangs, { kind: 'live', timeoutMs: 50 });
      const asked = ask(url, '/health/live');
      await hasBegun;
      await timers.advance(50);
      expect((await soon(asked, url))?.status, 'status').toBe(503);
    });

    it('200 while the process drains', async () => {
      const { monitor, url } = await served();
      monitor.drain();
      expect((await ask(url, '/health/live')).status, 'status').toBe(200);
    });
  });

  describe('8.5.2 `/health/ready` answers 200 or 503, and what was found', () => {
    it('when all pass', async () => {
      const { monitor, url } = await served({ now: () => 0 });
      monitor.addCheck('loop', () => {}, { kind: 'live' });
      monitor.addCheck('db', () => {});
      const { status, body, headers } = await ask(url, '/health/ready');
      expect(status, 'status').toBe(200);
      expect(headers['content-type'], 'content type').toMatch(/^application\/json\b/);
      expect(JSON.parse(body).checks, 'checks').toEqual([
        { name: 'loop', kind: 'live', ok: true, durationMs: 0 },
        { name: 'db', kind: 'ready', ok: true, durationMs: 0 },
      ]);
    });

    it('when one fails', async () => {
      const { monitor, url } = await served({ now: () => 0 });
      monitor.addCheck('db', failing);
      const { status, body } = await ask(url, '/health/ready');
      expect(status, 'status').toBe(503);
      expect(JSON.parse(body).checks, 'checks').toEqual([
        { name: 'db', kind: 'ready', ok: false, durationMs: 0, error: 'down' },
      ]);
    });

    it('503 when a live one fails, and while the process drains', async () => {
      const { monitor, url } = await served();
      monitor.drain();
      expect((await ask(url, '/health/ready')).status, 'status while it drains').toBe(503);
      const { monitor: broken, url: other } = await served();
      broken.addCheck('loop', failing, { kind: 'live' });
      expect((await ask(other, '/health/ready')).status, 'status of what is not live').toBe(503);
    });

    it('the body of `/health/live` has what it ran', async () => {
      const { monitor, url } = await served({ now: () => 0 });
      monitor.addCheck('loop', failing, { kind: 'live' });
      const { body } = await ask(url, '/health/live');
      expect(JSON.parse(body).checks, 'checks').toEqual([
        { name: 'loop', kind: 'live', ok: false, durationMs: 0, error: 'down' },
      ]);
    });
  });

  describe('8.5.3 `/metrics` is what `formatMetrics` makes of the registry', () => {
    it('as it is when it is asked', async () => {
      const { monitor, url } = await served();
      const options = { labels: ['route'], help: 'Requests, in 日本 too.' };
      const requests = monitor.metrics.counter('requests_total', options);
      for (const route of ['/cart', '/日本', '"']) {
        requests.inc(1, { route });
        const { status, headers, body } = await ask(url, '/metrics');
        expect(status, 'status').toBe(200);
        expect(headers['content-type'], 'content type').toBe('text/plain; version=0.0.4; charset=utf-8');
        expectSame(body, monitor.metrics.snapshot());
        expect(body, 'body').toBe(formatMetrics(monitor.metrics.snapshot()));
      }
    });
  });

  describe('8.5.4 Any other path is 404', () => {
    const paths = [
      '/',
      '//',
      '/metrics/',
      '//metrics',
      '/Metrics',
      '/metrics/..',
      '/metrics/../metrics',
      '/health/../metrics',
      '/health',
      '/health/live/ready',
      '/%6Detrics',
      '/metrics%00',
      '/%',
      '/%2e%2e/%2e%2e/etc/passwd',
      '/../../../etc/passwd',
      '/..\\..\\package.json',
      '/__proto__',
      '/constructor',
      'metrics',
      'http://127.0.0.1/metrics',
      '*',
    ];
    for (const path of paths) {
      it(path, async () => {
        const { url } = await served();
        // By hand: node:http would not send all of these.
        const { ended } = await connected(url, `GET ${path} HTTP/1.1\r\nHost: a\r\nConnection: close\r\n\r\n`);
        const reply = await ended;
        expect(reply.split('\r\n')[0], 'first line of the answer').toMatch(/^HTTP\/1\.1 40[04] /);
        expect(reply, 'the answer').not.toContain('root:');
      });
    }

    const refused: Record<string, string> = {
      'a line that is no request': 'hello\r\n\r\n',
      'a greeting in TLS': '\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03',
      'a path of a megabyte': `GET /${'a'.repeat(1_000_000)} HTTP/1.1\r\nHost: a\r\n\r\n`,
      'a header of a megabyte': `GET /metrics HTTP/1.1\r\nHost: a\r\nCookie: ${'a'.repeat(1_000_000)}\r\n\r\n`,
      'a hundred thousand headers': `GET /metrics HTTP/1.1\r\nHost: a\r\n${'A: b\r\n'.repeat(100_000)}\r\n`,
    };
    for (const [about, request] of Object.entries(refused)) {
      it(`${about} is refused`, async () => {
        const { url } = await served();
        const { ended } = await connected(url, request);
        expect(await ended, 'the answer').toMatch(/^$|^HTTP\/1\.1 4\d\d /);
        expect((await ask(url, '/metrics')).status, 'status of the next one').toBe(200);
      });
    }

    it('the query is not compared', async () => {
      const { url } = await served();
      for (const path of PATHS) {
        expect((await ask(url, `${path}?name=a&x=/../%`)).status, `status of ${path} with a query`).toBe(200);
      }
    });
  });

  describe('8.5.5 To anything but `GET` and `HEAD` the answer is 405', () => {
    for (const method of ['POST', 'PUT', 'DELETE', 'PATCH', 'OPTIONS', 'TRACE', 'PROPFIND']) {
      it(method, async () => {
        const { url } = await served();
        for (const path of PATHS) {
          const { status, headers } = await ask(url, path, method);
          expect(status, `status of ${path}`).toBe(405);
          expect(headers.allow, `the methods that ${path} allows`).toBe('GET, HEAD');
        }
      });
    }

    it('`HEAD` gets the head that `GET` gets, and no body', async () => {
      const { monitor, url } = await served();
      monitor.addCheck('db', failing);
      for (const path of PATHS) {
        const { status, headers } = await ask(url, path);
        const head = await ask(url, path, 'HEAD');
        expect(head.body, `body of ${path}`).toBe('');
        expect(head.status, `status of ${path}`).toBe(status);
        expect(head.headers['content-type'], `content type of ${path}`).toBe(headers['content-type']);
      }
    });
  });

  describe('8.5.6 The body of a request is not waited for, and its connection ends', () => {
    const cases = [['POST', '/metrics', 405], ['GET', '/metrics', 200], ['GET', '/up', 404]] as const;
    for (const [method, path, status] of cases) {
      it(`${method} ${path}`, async () => {
        const { url } = await served();
        const head = `${method} ${path} HTTP/1.1\r\nHost: a\r\nContent-Length: 1000000000\r\n\r\n`;
        const { ended } = await connected(url, `${head}only the beginning`);
        const [line] = (await soon(ended, url))?.split('\r\n') ?? [];
        expect(line, 'first line of the answer').toContain(`HTTP/1.1 ${status} `);
      });
    }

    it('nor one in pieces', async () => {
      const { url } = await served();
      const head = 'POST /metrics HTTP/1.1\r\nHost: a\r\nTransfer-Encoding: chunked\r\n\r\n';
      const { ended } = await connected(url, `${head}4\r\nonly\r\n`);
      const [line] = (await soon(ended, url))?.split('\r\n') ?? [];
      expect(line, 'first line of the answer').toContain('HTTP/1.1 405 ');
    });
  });

  describe('8.5.7 The monitor listens on 127.0.0.1 unless it is told otherwise', () => {
    it('and says where', async () => {
      const { url } = await served();
      expect(url, 'what listen resolved to').toMatch(/^http:\/\/127\.0\.0\.1:[1-9]\d*$/);
      expect((await ask(url, '/metrics')).status, 'status there').toBe(200);
    });

    it('and nowhere else', async () => {
      const { url } = await served();
      const port = new URL(url).port;
      const others = Object.values(networkInterfaces())
        .flatMap((addresses = []) => addresses)
        .filter(({ family, internal }) => family === 'IPv4' && !internal)
        .map(({ address }) => address);
      // There, all of 127.0.0.0/8 leads to this machine.
      if (process.platform === 'linux') others.push('127.0.0.2');
      for (const address of others) {
        const answered = ask(`http://${address}:${port}`, '/metrics').then(
          ({ status }) => `answers ${status}`,
          () => 'does not answer',
        );
        expect(await answered, `port ${port} of ${address}`).toBe('does not answer');
      }
    });

    it('on the port that it is told', async () => {
      const { monitor, url } = await served();
      await monitor.close();
      const port = Number(new URL(url).port);
      expect(await listen(new ProductionMonitor(), { port }), 'what listen resolved to').toBe(url);
    });

    it('on the host that it is told', async () => {
      const url = await listen(new ProductionMonitor(), { host: '0.0.0.0' });
      expect(new URL(url).hostname, 'host').toBe('0.0.0.0');
      const { status } = await ask(url.replace('0.0.0.0', '127.0.0.1'), '/metrics');
      expect(status, 'status by 127.0.0.1').toBe(200);
    });
  });

  describe('8.5.8 `close` ends all connections, and resolves when the port is free', () => {
    it('idle ones, and half a request', async () => {
      const { monitor, url } = await served();
      const silent = await connected(url);
      const half = await connected(url, 'GET /metrics HTTP/1.1\r\nHost:');
      const idle = await connected(url, 'GET /metrics HTTP/1.1\r\nHost: a\r\n\r\n');
      await idle.until('\r\n\r\n');
      expect(await isSettled(monitor.close()), 'whether it is closed').toBe(true);
      const ended = Promise.all([silent.ended, half.ended, idle.ended]);
      expect(await isSettled(ended), 'whether all connections have ended').toBe(true);
      const refused = await refusalOf(url);
      expect(refused, 'what happens when one asks again').toBe('ECONNREFUSED');
    });

    it('one that waits for a check', async () => {
      const timers = new Timers();
      const { monitor, url } = await served({ schedule: timers.schedule });
      let begun = () => {};
      const hasBegun = new Promise<void>((resolve) => (begun = resolve));
      monitor.addCheck('db', () => {
        begun();
        return new Promise(() => {});
      });
      const waiting = await connected(url, 'GET /health/ready HTTP/1.1\r\nHost: a\r\n\r\n');
      await hasBegun;
      expect(await isSettled(monitor.close()), 'whether it is closed').toBe(true);
      expect(await waiting.ended, 'what it was sent').toBe('');
      await timers.advance(1_000);
      await macrotask();
    });

    it('may be called twice, and before `listen`', async () => {
      const monitor = new ProductionMonitor();
      await monitor.close();
      const url = await listen(monitor);
      expect((await ask(url, '/metrics')).status, 'status').toBe(200);
      await Promise.all([monitor.close(), monitor.close()]);
      await monitor.close();
    });

    it('each who calls it waits until the port is free', async () => {
      const { monitor, url } = await served();
      const port = Number(new URL(url).port);
      void monitor.close();
      await monitor.close();
      expect(await listen(new ProductionMonitor(), { port }), 'where the next one listens').toBe(url);
    });

    it('while it begins to listen', async () => {
      const { monitor, url } = await served();
      const port = Number(new URL(url).port);
      await monitor.close();
      const opening = monitor.listen({ port }).catch(() => {});
      await monitor.close();
      await opening;
      const refused = await refusalOf(url);
      expect(refused, 'what happens when one asks').toBe('ECONNREFUSED');
      expect(await listen(monitor, { port }), 'where it listens afterwards').toBe(url);
    });

    it('afterwards the monitor may listen again', async () => {
      const { monitor, url } = await served();
      monitor.metrics.counter('orders_total').inc(3);
      await monitor.close();
      const again = await listen(monitor, { port: Number(new URL(url).port) });
      expect((await ask(again, '/metrics')).body, 'the metrics').toContain('orders_total 3');
    });
  });

  describe('8.5.9 Connections that can not be accepted do not end the process', () => {
    it('when there are no descriptors left', async () => {
      const listening = vi.spyOn(Server.prototype, 'listen');
      const { url } = await served();
      const servers = listening.mock.contexts as Server[];
      listening.mockRestore();
      // What Node does where the system refuses.
      const error = Object.assign(new Error('accept EMFILE'), { code: 'EMFILE', syscall: 'accept' });
      for (const server of [...servers, ...servers]) {
        expect(() => server.emit('error', error), 'an error of the server').not.toThrow();
      }
      expect((await ask(url, '/metrics')).status, 'status afterwards').toBe(200);
    });
  });
});
