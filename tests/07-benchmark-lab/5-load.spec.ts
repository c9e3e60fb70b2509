import { describe, expect, it } from 'vitest';
import { arrivals, type LoadOptions, loadTest, type LoadTestResults } from '#exercise/07-benchmark-lab';
import { recorder } from '../recorder.ts';
import { VirtualTime } from './virtual-time.ts';

const BASE = { concurrent: 10, durationMs: 2_000, arrivalsPerSecond: 200 };

interface Request {
  readonly begun: number;
  ended: number;
}

/** A test whose nth request, from 0, takes what `takes` says, of which `fails` may throw. */
async function loaded(
  takes: (n: number, now: number) => number,
  options: Partial<LoadOptions> = {},
  fails: (n: number) => void = () => {},
): Promise<LoadTestResults & { requests: readonly Request[]; most: number; endedAt: number }> {
  const time = new VirtualTime();
  const requests: Request[] = [];
  let running = 0;
  let most = 0;
  const operation = async () => {
    const request = { begun: time.now(), ended: NaN };
    const n = requests.push(request) - 1;
    most = Math.max(most, ++running);
    const ms = takes(n, time.now());
    if (ms > 0) await time.wait(ms);
    running--;
    request.ended = time.now();
    fails(n);
  };
  const results = await time.pass(loadTest(operation, { ...BASE, now: time.now, wait: time.wait, ...options }));
  return { ...results, requests, most, endedAt: time.now() };
}

describe('7.5 Load', () => {
  describe('7.5.1 Requests come at random', () => {
    const dues = () => [...arrivals(1_000, 20_000, 200)];
    const gapsOf = (due: readonly number[]) => due.map((at, i) => at - (due[i - 1] ?? 1_000));

    it('as often as they should', () => {
      const due = dues();
      expect(due.length, 'requests in 20 s').toBeGreaterThan(3_700);
      expect(due.length, 'requests in 20 s').toBeLessThan(4_300);
    });

    it('in order, and in time', () => {
      const due = dues();
      expect(gapsOf(due).filter((gap) => gap < 0), 'negative gaps').toEqual([]);
      expect(due.filter((at) => at < 1_000 || at >= 21_000), 'outside of the time').toEqual([]);
      expect(due.at(-1)! - due[0]!, 'from the first to the last').toBeGreaterThan(19_500);
    });

    it('independent of one another', () => {
      const gaps = gapsOf(dues());
      const shareBelow = (ms: number) => gaps.filter((gap) => gap < ms).length / gaps.length;
      expect(shareBelow(1), 'gaps of less than 1 ms, of 5 on average').toBeCloseTo(1 - Math.exp(-0.2), 1);
      expect(shareBelow(5), 'gaps of less than 5 ms').toBeCloseTo(1 - Math.exp(-1), 1);
      expect(shareBelow(15), 'gaps of less than 15 ms').toBeCloseTo(1 - Math.exp(-3), 1);
      expect(Math.max(...gaps), 'the longest gap').toBeGreaterThan(20);
    });
  });

  describe('7.5.2 A request begins when it is due', () => {
    it('however long others take', async () => {
      const { requests } = await loaded(() => 700, { concurrent: 1_000 });
      expect(requests.length, 'requests in 2 s').toBeGreaterThan(320);
      const early = requests.filter(({ begun }) => begun < 600).length;
      expect(early, 'requests begun before one was answered').toBeGreaterThan(80);
    });

    it('and not before', async () => {
      const { requests } = await loaded(() => 0, { arrivalsPerSecond: 40 });
      const begun = requests.map(({ begun }) => begun);
      expect(new Set(begun).size, 'different moments').toBe(begun.length);
      expect(begun.filter((at) => at < 1_000).length, 'requests in the first of two seconds').toBeLessThan(70);
      expect(begun.filter((at) => at >= 1_000).length, 'requests in the second').toBeGreaterThan(12);
    });
  });

  describe('7.5.3 No more run at a time than may', () => {
    it('and others wait', async () => {
      const { most, completed, longestQueue, requests } = await loaded(() => 20, { concurrent: 3 });
      expect(most, 'the most at a time').toBe(3);
      expect(completed, 'completed').toBe(requests.length);
      expect(longestQueue, 'the longest queue, where a quarter too many come').toBeGreaterThan(40);
    });

    it('who was due first is begun first', async () => {
      // The first takes a second, and what is behind it nothing: so who was due last has waited least.
      const { latencyMs, requests } = await loaded((n) => (n === 0 ? 1_000 : 0), { concurrent: 1, durationMs: 900 });
      expect(requests.length, 'requests').toBeGreaterThan(100);
      expect(latencyMs.p50, 'half of them waited for half of it').toBeGreaterThan(400);
      expect(latencyMs.p50, 'half of them waited for half of it').toBeLessThan(700);
      const slow = await loaded((n) => (n === 0 ? 1_000 : 10), { concurrent: 1, arrivalsPerSecond: 50 });
      expect(slow.latencyMs.max, 'who waited longest').toBeLessThan(1_200);
    });

    it('where nobody has to wait there is no queue', async () => {
      const { longestQueue, latencyMs, serviceMs } = await loaded(() => 5, { concurrent: 1_000 });
      expect(longestQueue, 'the longest queue').toBe(0);
      expect(latencyMs.max, 'the longest latency').toBeCloseTo(serviceMs.max);
    });
  });

  describe('7.5.4 Latency begins when a request is due', () => {
    it('so that a pause is felt by all that were due in it', async () => {
      const pause = (_: number, now: number) => (now > 400 && now < 1_400 ? 1_400 - now : 1);
      const { latencyMs, serviceMs, longestQueue } = await loaded(pause, { concurrent: 1 });
      expect(serviceMs.p50, 'service, half').toBeCloseTo(1);
      expect(serviceMs.p95, 'service, 95 of 100').toBeCloseTo(1);
      expect(serviceMs.max, 'service, the longest').toBeGreaterThan(900);
      expect(latencyMs.p50, 'latency, half').toBeGreaterThan(50);
      expect(latencyMs.p95, 'latency, 95 of 100').toBeGreaterThan(700);
      expect(latencyMs.max, 'latency, the longest').toBeLessThanOrEqual(1_100);
      expect(longestQueue, 'the longest queue').toBeGreaterThan(150);
    });

    it('percentiles are quantiles', async () => {
      const { serviceMs } = await loaded((n) => (n % 100 < 4 ? 500 : n % 100 < 10 ? 50 : 5), { concurrent: 1_000 });
      expect(serviceMs.p50, 'half').toBeCloseTo(5);
      expect(serviceMs.p95, '95 of 100').toBeCloseTo(50);
      expect(serviceMs.p99, '99 of 100').toBeCloseTo(500);
      expect(serviceMs.max, 'the longest').toBeCloseTo(500);
    });
  });

  describe('7.5.5 What fails is counted apart', () => {
    const everyTenth = (n: number) => {
      if (n % 10 === 9) throw new Error('no connection');
    };

    it('when it rejects', async () => {
      const { completed, failed, requests } = await loaded(() => 5, {}, everyTenth);
      expect(failed, 'failed').toBe(Math.floor(requests.length / 10));
      expect(completed, 'completed').toBe(requests.length - failed);
    });

    it('when it throws', async () => {
      const time = new VirtualTime();
      const [operation, calls] = recorder((): void => everyTenth(calls.length - 1));
      const { completed, failed } = await time.pass(loadTest(operation, { ...BASE, now: time.now, wait: time.wait }));
      expect(failed, 'failed').toBe(Math.floor(calls.length / 10));
      expect(completed, 'completed').toBe(calls.length - failed);
    });

    it('and its time as well as that of others', async () => {
      const takes = (n: number) => (n % 10 === 9 ? 300 : 1);
      const { serviceMs, latencyMs } = await loaded(takes, { concurrent: 1_000 }, everyTenth);
      expect(serviceMs.p95, 'service, 95 of 100').toBeCloseTo(300);
      expect(latencyMs.p95, 'latency, 95 of 100').toBeCloseTo(300);
    });
  });

  describe('7.5.6 The test ends when all have been answered', () => {
    it('and throughput is of all that time', async () => {
      const results = await loaded(() => 10, { concurrent: 1 });
      const { completed, requests, throughputPerSecond, endedAt } = results;
      expect(requests.filter(({ ended }) => Number.isNaN(ended)), 'requests that are not ended').toEqual([]);
      expect(endedAt, 'end of twice as many as can be served').toBeGreaterThan(3_000);
      expect(throughputPerSecond, 'throughput').toBeCloseTo((completed * 1e3) / endedAt, 0);
      expect(throughputPerSecond, 'throughput').toBeLessThan(101);
    });

    it('of which only what was completed is part', async () => {
      const fail = () => {
        throw new Error('no connection');
      };
      const { throughputPerSecond, completed } = await loaded(() => 10, {}, fail);
      expect(completed, 'completed').toBe(0);
      expect(throughputPerSecond, 'throughput').toBe(0);
    });

    it('where nothing is due, there is nothing', async () => {
      const { completed, failed, latencyMs, serviceMs } = await loaded(() => 1, { arrivalsPerSecond: 1e-6 });
      expect([completed, failed], 'completed and failed').toEqual([0, 0]);
      expect(latencyMs, 'latency').toEqual({ p50: 0, p95: 0, p99: 0, max: 0 });
      expect(serviceMs, 'service').toEqual({ p50: 0, p95: 0, p99: 0, max: 0 });
    });
  });
});
