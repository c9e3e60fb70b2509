import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { type CheckOptions, type HealthStatus, ProductionMonitor } from '#exercise/08-production-monitor';
import { Timers } from '../03-batch-processor/timers.ts';
import { Clock } from '../clock.ts';
import { deferred, macrotask } from '../deferred.ts';
import { recorder } from '../recorder.ts';

function setUp() {
  const timers = new Timers();
  const clock = new Clock();
  const monitor = new ProductionMonitor({ now: clock.now, schedule: timers.schedule });
  return { timers, clock, monitor };
}

const failing = (error: unknown) => () => {
  throw error;
};
const never = () => new Promise<never>(() => {});

/** `db ok, cache failed` */
const found = ({ checks }: HealthStatus) =>
  checks.map(({ name, ok }) => `${name} ${ok ? 'ok' : 'failed'}`).join(', ');

describe('8.3 Ask how it is', () => {
  describe('8.3.1 A check passes or fails as its function does', () => {
    for (const value of [undefined, true, false, 0, 'down', null]) {
      it(`passes when it returns ${inspect(value)}, or a promise of that`, async () => {
        const { monitor } = setUp();
        monitor.addCheck('db', () => value);
        monitor.addCheck('cache', async () => value);
        expect(found(await monitor.performHealthCheck()), 'checks').toBe('db ok, cache ok');
      });
    }

    it('fails when it throws or its promise is rejected', async () => {
      const { monitor } = setUp();
      monitor.addCheck('db', failing(new Error('no such host')));
      monitor.addCheck('cache', () => Promise.reject(new Error('connection lost')));
      monitor.addCheck('disk', () => {});
      const { checks } = await monitor.performHealthCheck();
      expect(checks.map(({ name, ok, error }) => ({ name, ok, error })), 'name, ok and error of each').toEqual([
        { name: 'db', ok: false, error: 'no such host' },
        { name: 'cache', ok: false, error: 'connection lost' },
        { name: 'disk', ok: true, error: undefined },
      ]);
    });

    it('fails whatever is thrown, also what can be made no text', async () => {
      const { monitor, timers } = setUp();
      for (const [name, thrown] of Object.entries({ text: 'down', nothing: undefined, none: Object.create(null) })) {
        monitor.addCheck(name, failing(thrown));
        monitor.addCheck(`${name}, later`, () => Promise.reject(thrown));
      }
      let status: HealthStatus | undefined;
      void monitor.performHealthCheck().then((found) => (status = found));
      await macrotask();
      await timers.advance(1_000); // for who has lost sight of one
      const { checks } = status!;
      expect(checks.map(({ ok }) => ok), 'ok of each').toEqual(Array(6).fill(false));
      expect(checks.map(({ error }) => typeof error), 'type of each error').toEqual(Array(6).fill('string'));
      const late = checks.filter(({ error }) => error!.startsWith('no answer'));
      expect(late, 'those that were given up').toEqual([]);
      expect(checks.slice(0, 2).map(({ error }) => error), 'error of a text').toEqual(['down', 'down']);
    });

    it('each time anew', async () => {
      const { monitor } = setUp();
      let isUp = true;
      const [check, calls] = recorder(() => {
        if (!isUp) throw new Error('down');
      });
      monitor.addCheck('db', check);
      const first = await monitor.performHealthCheck();
      isUp = false;
      const second = await monitor.performHealthCheck();
      isUp = true;
      const third = await monitor.performHealthCheck();
      expect([first, second, third].map(found), 'three times').toEqual(['db ok', 'db failed', 'db ok']);
      expect(calls.length, 'calls of the check').toBe(3);
    });
  });

  describe('8.3.2 A check that has not answered after its `timeoutMs` has failed', () => {
    it('and the results of the others are there', async () => {
      const { monitor, timers } = setUp();
      monitor.addCheck('db', never, { timeoutMs: 50 });
      monitor.addCheck('cache', () => {});
      const asked = monitor.performHealthCheck();
      let answer: HealthStatus | undefined;
      void asked.then((status) => (answer = status));
      await timers.advance(49);
      expect(answer, 'answer after 49 ms').toBeUndefined();
      await timers.advance(1);
      expect(answer, 'answer after 50 ms').toBeDefined();
      const status = answer!;
      expect(found(status), 'checks').toBe('db failed, cache ok');
      expect(status.checks[0]!.error, 'error of the check that hangs').toBe('no answer within 50 ms');
    });

    it('each after its own, by default after a second', async () => {
      const { monitor, timers } = setUp();
      const answer = deferred<void>();
      monitor.addCheck('db', never);
      monitor.addCheck('cache', never, { timeoutMs: 20 });
      monitor.addCheck('disk', () => answer.promise, { timeoutMs: 5_000 });
      let status: HealthStatus | undefined;
      void monitor.performHealthCheck().then((found) => (status = found));
      await timers.advance(1_000);
      answer.resolve();
      await timers.advance(0);
      expect(status?.checks.map(({ error }) => error), 'errors').toEqual([
        'no answer within 1000 ms',
        'no answer within 20 ms',
        undefined,
      ]);
    });
  });

  describe('8.3.3 Checks run side by side', () => {
    it('all begin before one has answered, and are listed as they were added', async () => {
      const { monitor } = setUp();
      const answers = [deferred<void>(), deferred<void>(), deferred<void>()];
      const began: string[] = [];
      for (const [index, { promise }] of answers.entries()) {
        monitor.addCheck(`check ${index}`, () => {
          began.push(`check ${index}`);
          return promise;
        });
      }
      const asked = monitor.performHealthCheck();
      await macrotask();
      expect(began, 'checks that have begun').toEqual(['check 0', 'check 1', 'check 2']);
      for (const { resolve } of answers.toReversed()) {
        resolve();
        await macrotask();
      }
      expect((await asked).checks.map(({ name }) => name), 'checks listed').toEqual(began);
    });

    it('`durationMs` is what each took', async () => {
      const { monitor, clock } = setUp();
      const answers = [deferred<void>(), deferred<void>()];
      monitor.addCheck('db', () => answers[0]!.promise);
      monitor.addCheck('cache', () => answers[1]!.promise);
      const asked = monitor.performHealthCheck();
      await macrotask();
      clock.advance(7);
      answers[1]!.resolve();
      await macrotask();
      clock.advance(5);
      answers[0]!.reject(new Error('down'));
      const { checks } = await asked;
      expect(checks.map(({ durationMs }) => durationMs), 'durations').toEqual([12, 7]);
    });
  });

  describe('8.3.4 `live` is that the checks of its kind pass, `ready` that all do', () => {
    const cases: [failed: string, live: boolean, ready: boolean][] = [
      ['none', true, true],
      ['loop', false, false],
      ['db', true, false],
      ['cache', true, false],
    ];
    for (const [failed, live, ready] of cases) {
      it(`when ${failed} fails`, async () => {
        const { monitor } = setUp();
        const kinds: [string, CheckOptions][] = [
          ['loop', { kind: 'live' }],
          ['db', { kind: 'ready' }],
          ['cache', {}],
        ];
        for (const [name, options] of kinds) {
          monitor.addCheck(name, name === failed ? failing(new Error('down')) : () => {}, options);
        }
        const status = await monitor.performHealthCheck();
        expect(status, 'status').toMatchObject({ live, ready });
        expect(status.checks.map(({ kind }) => kind), 'kinds').toEqual(['live', 'ready', 'ready']);
      });
    }

    it('without checks both are true', async () => {
      const { monitor } = setUp();
      expect(await monitor.performHealthCheck(), 'status').toEqual({ live: true, ready: true, checks: [] });
    });
  });

  describe('8.3.5 After `drain` the process is not ready, and as live as before', () => {
    it('though every check passes', async () => {
      const { monitor } = setUp();
      monitor.addCheck('loop', () => {}, { kind: 'live' });
      monitor.addCheck('db', () => {});
      expect(await monitor.performHealthCheck(), 'status before').toMatchObject({ live: true, ready: true });
      monitor.drain();
      const status = await monitor.performHealthCheck();
      expect(status, 'status afterwards').toMatchObject({ live: true, ready: false });
      expect(found(status), 'checks').toBe('loop ok, db ok');
    });

    it('when a live check fails, it is neither', async () => {
      const { monitor } = setUp();
      monitor.addCheck('loop', failing(new Error('blocked')), { kind: 'live' });
      monitor.drain();
      expect(await monitor.performHealthCheck(), 'status').toMatchObject({ live: false, ready: false });
    });
  });

  describe('8.3.6 A check that is still running is not begun once more', () => {
    function pinged() {
      const { monitor, timers } = setUp();
      const answers = [deferred<void>(), deferred<void>()];
      const replies = answers.values();
      const [ping, pings] = recorder(() => replies.next().value?.promise);
      monitor.addCheck('db', ping, { timeoutMs: 50 });
      return { monitor, timers, answers, pings };
    }

    it('a thousand who ask get one answer', async () => {
      const { monitor, answers, pings } = pinged();
      const asked = Array.from({ length: 1_000 }, () => monitor.performHealthCheck());
      await macrotask();
      expect(pings.length, 'calls of the check').toBe(1);
      answers[0]!.reject(new Error('down'));
      const errors = (await Promise.all(asked)).map(({ checks }) => checks[0]!.error);
      expect(new Set(errors), 'errors').toEqual(new Set(['down']));
    });

    it('while it hangs, who asks is answered at once', async () => {
      const { monitor, timers, pings } = pinged();
      void monitor.performHealthCheck();
      await timers.advance(50);
      let later: HealthStatus | undefined;
      void monitor.performHealthCheck().then((status) => (later = status));
      await macrotask();
      expect(later, 'status, when it is asked again').toBeDefined();
      expect(later!.checks[0]!.error, 'error').toBe('no answer within 50 ms');
      expect(pings.length, 'calls of the check').toBe(1);
    });

    it('when it has answered after all, it is begun afresh', async () => {
      const { monitor, timers, answers, pings } = pinged();
      void monitor.performHealthCheck();
      await timers.advance(50);
      answers[0]!.resolve();
      await macrotask();
      const again = monitor.performHealthCheck();
      await macrotask();
      expect(pings.length, 'calls of the check').toBe(2);
      answers[1]!.resolve();
      expect(found(await again), 'checks').toBe('db ok');
    });
  });

  describe('8.3.7 A check that has answered leaves no timer behind', () => {
    it('by whichever way', async () => {
      const { monitor, timers } = setUp();
      monitor.addCheck('a', () => {});
      monitor.addCheck('b', async () => {});
      monitor.addCheck('c', failing(new Error('down')));
      monitor.addCheck('d', () => Promise.reject(new Error('down')));
      await monitor.performHealthCheck();
      expect(timers.running, 'timers that are running').toBe(0);
    });
  });
});
