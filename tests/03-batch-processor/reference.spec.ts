import { AsyncLocalStorage } from 'node:async_hooks';
import { describe, expect, it } from 'vitest';
import {
  BatchMetadataProcessor,
  type BatchMetrics,
  type BatchOptions,
} from '../../reference/03-batch-processor/index.ts';
import { Queue } from '../../reference/03-batch-processor/admission.ts';
import { checkInvariants } from '../../reference/03-batch-processor/invariants.ts';
import { randomNumbers, simulate, SLOW_SPELL } from '../../reference/03-batch-processor/simulation.ts';
import {
  type BatchSample,
  companyAfter,
  sizeByEfficiency,
  sizeByLatency,
  windowFor,
} from '../../reference/03-batch-processor/sizing.ts';
import { Histogram } from '../../reference/03-batch-processor/statistics.ts';
import { Clock } from '../clock.ts';
import { type Deferred, deferred } from '../deferred.ts';
import { recorder } from '../recorder.ts';
import { observe, statesOf } from './set-up.ts';
import { idle, Timers } from './timers.ts';

const BOUNDS = { minBatchSize: 1, maxBatchSize: 1_000 };
const TARGET_MS = 20;

/** A processor whose clock and timers the test turns. */
function setUp(options: BatchOptions = {}) {
  const timers = new Timers();
  const clock = new Clock();
  const processor = new BatchMetadataProcessor({
    schedule: timers.schedule,
    now: clock.now,
    windowMs: 10,
    ...options,
  });
  /** Lets `ms` pass, a millisecond at a time. */
  const pass = async (ms: number) => {
    for (let i = 0; i < ms; i++) {
      clock.advance(1);
      await timers.advance(1);
    }
  };
  return { timers, clock, processor, pass };
}

describe('The size by latency', () => {
  const next = (size: number, sample: BatchSample) => sizeByLatency(size, sample, TARGET_MS, BOUNDS);

  it('grows by one when a full batch was in time, the target included', () => {
    expect(next(40, { size: 40, latencyMs: 3 }), 'well in time').toBe(41);
    expect(next(40, { size: 40, latencyMs: 20 }), 'just in time').toBe(41);
    expect(next(1_000, { size: 1_000, latencyMs: 3 }), 'at the upper bound').toBe(1_000);
  });

  it('does not grow by what a smaller batch did', () => {
    expect(next(40, { size: 39, latencyMs: 3 })).toBe(40);
  });

  it('shrinks as the latency was too long, by a tenth at least and by half at most', () => {
    expect(next(100, { size: 100, latencyMs: 20.1 }), 'hardly late').toBe(90);
    expect(next(100, { size: 100, latencyMs: 25 }), 'a quarter too long').toBe(80);
    expect(next(100, { size: 100, latencyMs: 500 }), 'very late').toBe(50);
    expect(next(100, { size: 3, latencyMs: 500 }), 'late though nearly empty').toBe(50);
    expect(next(1, { size: 1, latencyMs: 500 }), 'at the lower bound').toBe(1);
  });

  it('shrinks once for one incident, however many batches were under way', () => {
    const late = { size: 100, latencyMs: 40 };
    expect([late, late, late].reduce(next, 100)).toBe(50);
  });

  it('makes of the target a high percentile: under noise, about 1 batch of 1 + size ÷ 10 is late', () => {
    const random = randomNumbers(7);
    const service = [{ batches: 50_000, fixedMs: 2, perItemMs: 0.2 }];
    const [report] = simulate(service, 100, TARGET_MS, next, () => 0.8 + 0.4 * random());
    const meanSize = (report!.smallest + report!.largest) / 2;
    const share = 1 / (1 + meanSize / 10);
    expect(report!.late, 'share of late batches').toBeGreaterThan(share * 0.7);
    expect(report!.late, 'share of late batches').toBeLessThan(share * 1.3);
  });
});

describe('The simulation', () => {
  const byLatency = (size: number, sample: BatchSample) => sizeByLatency(size, sample, TARGET_MS, BOUNDS);
  const byEfficiency = (target: number) => (size: number, { size: n, latencyMs }: BatchSample) =>
    sizeByEfficiency(size, (n * 1_000) / latencyMs / latencyMs, 0.5, target, BOUNDS);
  /** The efficiency of the size that takes 20 ms: no target could be better. */
  const BEST = (450 * 1_000) / TARGET_MS / TARGET_MS;

  it('shows the efficiency to be met at two sizes or at none', () => {
    const efficiencyOf = (size: number) => (size * 1_000) / (2 + 0.04 * size) ** 2;
    const sizes = Array.from({ length: 1_000 }, (_, i) => i + 1);
    const reach = (target: number) => sizes.filter((size) => efficiencyOf(size) >= target - 0.001);
    expect([reach(BEST).at(0), reach(BEST).at(-1)], 'smallest and largest that reach it').toEqual([6, 450]);
    expect(reach(efficiencyOf(50)), 'sizes that reach the highest').toEqual([50]);
    expect(reach(3_200), 'sizes that reach more').toEqual([]);
  });

  it('shows the rule by efficiency to swing, and to fall to 1 for good in a slow spell', () => {
    const [calm, slow, calmAgain] = simulate(SLOW_SPELL, 100, TARGET_MS, byEfficiency(BEST));
    expect([calm!.smallest, calm!.largest], 'sizes in the calm').toEqual([361, 531]);
    expect(calm!.late, 'share of late batches in the calm').toBeCloseTo(0.45, 2);
    expect([slow!.smallest, slow!.largest], 'sizes in the slow spell').toEqual([1, 1]);
    expect([calmAgain!.smallest, calmAgain!.largest], 'sizes after it').toEqual([1, 1]);
    expect(calmAgain!.itemsASecond, 'items a second after it').toBeCloseTo(490, 0);
  });

  it('shows the rule by latency to keep near the target, and to come back', () => {
    const [calm, slow, calmAgain] = simulate(SLOW_SPELL, 100, TARGET_MS, byLatency);
    expect([calm!.smallest, calm!.largest], 'sizes in the calm').toEqual([405, 451]);
    expect(calm!.late, 'share of late batches in the calm').toBeCloseTo(1 / 70, 3);
    expect(slow!.batchesToTarget, 'batches until one is in time in the slow spell').toBe(5);
    expect([slow!.smallest, slow!.largest], 'sizes in the slow spell').toEqual([105, 117]);
    expect([calmAgain!.smallest, calmAgain!.largest], 'sizes after it').toEqual([405, 451]);
    expect(calmAgain!.itemsASecond, 'items a second after it').toBeGreaterThan(22_000);
  });
});

describe('A target latency', () => {
  /** Asks for `items` items in a row, of a service that takes 2 ms and 1 ms an item; returns latencies. */
  async function ask({ clock, processor, pass }: ReturnType<typeof setUp>, items: number) {
    const latencies: number[] = [];
    const add = processor.defineBatch('prices', (skus: readonly number[]) => {
      const ms = 2 + skus.length;
      latencies.push(ms);
      clock.advance(ms);
      return skus;
    });
    for (let i = 0; i < items; i++) {
      void add(i);
      await idle();
    }
    await pass(10);
    return latencies;
  }

  it('adapts the size of a key, by what its batches took', async () => {
    const set = setUp({ batchSize: 4, targetLatencyMs: TARGET_MS });
    const latencies = await ask(set, 400);
    expect(Math.max(...latencies), 'the longest').toBe(21);
    expect(set.processor.stateOf('prices').batchSize, 'size in the end').toBeGreaterThanOrEqual(16);
    expect(set.processor.stateOf('others').batchSize, 'size of another key').toBe(4);
    checkInvariants(set.processor);
  });

  it('learns nothing of a batch that failed as a whole', async () => {
    const { clock, processor } = setUp({ batchSize: 4, targetLatencyMs: TARGET_MS });
    const add = processor.defineBatch('prices', () => {
      clock.advance(500);
      throw new Error('no route to host');
    });
    const observed = [1, 2, 3, 4].map((sku) => observe(add(sku)));
    await idle();
    expect(statesOf(observed), 'states').toBe('rejected rejected rejected rejected');
    expect(processor.stateOf('prices').batchSize, 'size').toBe(4);
  });

  it('runs what waits as soon as the size has become as small as that', async () => {
    const { clock, processor } = setUp({ batchSize: 4, targetLatencyMs: TARGET_MS });
    const first = deferred<void>();
    const [later, calls] = recorder(() => new Promise<void>(() => {}));
    for (let i = 0; i < 4; i++) void processor.addToBatch('a', () => first.promise);
    await idle();
    for (let i = 0; i < 2; i++) void processor.addToBatch('a', later);
    expect(processor.stateOf('a').waiting, 'operations that wait').toBe(2);
    clock.advance(100);
    first.resolve();
    await idle();
    expect(calls.length, 'of these started').toBe(2);
    expect(processor.stateOf('a'), 'state').toEqual({ batchSize: 2, windowMs: 10, waiting: 0 });
  });
});

describe('An idle window', () => {
  it('is used when nobody has joined for a while, and no longer when somebody does', async () => {
    const { processor, pass } = setUp({ windowMs: 10, idleWindowMs: 1 });
    const windows: number[] = [];
    for (let round = 0; round < 10; round++) {
      void processor.addToBatch('a', () => round);
      await pass(20);
      windows.push(processor.stateOf('a').windowMs);
    }
    expect(windows.at(0), 'after one batch without company').toBe(10);
    expect(windows.at(-1), 'after ten').toBe(1);

    for (let round = 0; round < 10; round++) {
      void processor.addToBatch('a', () => round);
      void processor.addToBatch('a', () => round);
      await pass(20);
    }
    expect(processor.stateOf('a').windowMs, 'after ten with company').toBe(10);
    checkInvariants(processor);
  });

  it('ends when somebody would have joined, had the window been long enough', async () => {
    const { processor, pass } = setUp({ windowMs: 10, idleWindowMs: 1 });
    const addEvery = async (ms: number) => {
      for (let round = 0; round < 12; round++) {
        void processor.addToBatch('a', () => round);
        await pass(ms);
      }
    };
    await addEvery(20);
    expect(processor.stateOf('a').windowMs, 'where they come 20 ms apart').toBe(1);
    await addEvery(5);
    expect(processor.stateOf('a').windowMs, 'where they come 5 ms apart').toBe(10);
  });

  it('begins where company is less likely than not', () => {
    expect(companyAfter(1, false), 'one without').toBe(0.875);
    expect(companyAfter(0, true), 'one with').toBe(0.125);
    expect([windowFor(0.5, 10, 1), windowFor(0.49, 10, 1)], 'windows').toEqual([10, 1]);
  });

  it('is no longer than the window', () => {
    expect(() => new BatchMetadataProcessor({ windowMs: 10, idleWindowMs: 11 })).toThrow(
      new RangeError('idleWindowMs must be from 0 to 10, received 11'),
    );
  });
});

describe('A bound on running batches', () => {
  /** Adds full batches of 2 under these keys, whose operations wait until they are let go. */
  function addTo(processor: BatchMetadataProcessor, keys: string) {
    const started: string[] = [];
    const running: Deferred<void>[] = [];
    for (const key of keys) {
      for (let i = 0; i < 2; i++) {
        void processor.addToBatch(key, () => {
          started.push(key);
          running.push(deferred());
          return running.at(-1)!.promise;
        });
      }
    }
    const finish = async (count: number) => {
      for (const { resolve } of running.splice(0, count)) resolve();
      await idle();
    };
    return { started, finish };
  }

  it('makes batches take turns by key', async () => {
    const { processor } = setUp({ batchSize: 2, maxRunning: 1 });
    const { started, finish } = addTo(processor, 'aaaabc');
    await idle();
    for (let batch = 0; batch < 6; batch++) {
      checkInvariants(processor);
      await finish(2);
    }
    expect(started.join(''), 'operations, by key').toBe('aaaabbccaaaa');
  });

  it('lets others join the batch that is due by its window, until it is its turn', async () => {
    const { processor, pass } = setUp({ batchSize: 3, maxRunning: 1 });
    const { started, finish } = addTo(processor, 'a');
    void processor.processBatch('a');
    await idle();
    void processor.addToBatch('b', () => started.push('b'));
    await pass(20);
    expect(started.join(''), 'while another batch runs').toBe('aa');
    void processor.addToBatch('b', () => started.push('b'));
    checkInvariants(processor);
    await finish(2);
    expect(started.join(''), 'afterwards').toBe('aabb');
    expect(processor.stats().sizes, 'sizes').toMatchObject({ count: 2, max: 2, mean: 2 });
  });

  it('is no obstacle to a flush', async () => {
    const { processor } = setUp({ batchSize: 2, maxRunning: 1 });
    const { started, finish } = addTo(processor, 'aab');
    const flushed = observe(processor.flushAll());
    await idle();
    await finish(2);
    await finish(2);
    expect(flushed.state, 'with one batch to go').toBe('pending');
    await finish(2);
    expect([flushed.state, started.join('')], 'when all are done').toEqual(['fulfilled', 'aaaabb']);
  });
});

describe('A batch', () => {
  it('calls its handler in the context of its first item', async () => {
    const { processor, pass } = setUp();
    const storage = new AsyncLocalStorage<string>();
    const [handler, calls] = recorder((items: readonly number[]) => items.map(() => storage.getStore()!));
    const add = processor.defineBatch('a', handler);
    const first = storage.run('first', () => add(1));
    const second = storage.run('second', () => add(2));
    await pass(10);
    expect(await Promise.all([first, second]), 'contexts of the handler').toEqual(['first', 'first']);
    expect(calls.length, 'calls').toBe(1);
  });

  it('keeps the context of an operation that is held back', async () => {
    const { processor, pass } = setUp({ maxPending: 1 });
    const storage = new AsyncLocalStorage<string>();
    const contexts = ['first', 'second'].map((name) =>
      storage.run(name, () => processor.addToBatch('a', () => storage.getStore())),
    );
    await pass(30);
    expect(await Promise.all(contexts), 'contexts').toEqual(['first', 'second']);
  });

  it('has items of one handler, or operations', async () => {
    const { processor, pass } = setUp();
    const [handler, calls] = recorder((items: readonly number[]) => items);
    const one = processor.defineBatch('a', handler);
    const other = processor.defineBatch('a', (items: readonly number[]) => handler(items));
    for (const add of [one, one, other, one]) void add(calls.length);
    void processor.addToBatch('a', () => {});
    await pass(10);
    expect(calls.map(([items]) => items.length), 'items of each call').toEqual([2, 1, 1]);
    expect(processor.stats().batches, 'batches by cause').toEqual({ window: 1, size: 0, demand: 3 });
  });

  it('fails those that have not started when nextTurn fails', async () => {
    const { processor, pass } = setUp({ sliceSize: 2, nextTurn: () => Promise.reject(new Error('no turn')) });
    const observed = [1, 2, 3, 4, 5].map((n) => observe(processor.addToBatch('a', () => n)));
    await pass(10);
    expect(statesOf(observed), 'states').toBe('fulfilled fulfilled rejected rejected rejected');
    expect(observed[2]!.error, 'reason').toEqual(new Error('no turn'));
    expect(processor.pending, 'pending').toBe(0);
  });

  it('settles a result that lies about being a promise', async () => {
    const { processor, pass } = setUp();
    const liar = Object.defineProperty({}, 'then', {
      get() {
        throw new Error('not you');
      },
    });
    const observed = observe(processor.addToBatch('a', () => liar));
    await pass(10);
    expect([observed.state, observed.error], 'outcome').toEqual(['rejected', new Error('not you')]);
    expect(processor.pending, 'pending').toBe(0);
    checkInvariants(processor);
  });

  it('counts an answer that is a promise as pending until that is settled', async () => {
    const { processor, pass } = setUp();
    const late = deferred<string>();
    const add = processor.defineBatch('a', (items: readonly number[]) =>
      items.map((item) => (item === 2 ? late.promise : 'soon')),
    );
    const observed = [1, 2, 3].map((item) => observe(add(item)));
    await pass(10);
    expect([statesOf(observed), processor.pending], 'meanwhile').toEqual(['fulfilled pending fulfilled', 1]);
    late.resolve('late');
    await idle();
    expect([observed[1]!.value, processor.pending], 'in the end').toEqual(['late', 0]);
  });
});

describe('A key', () => {
  const METRICS: BatchMetrics = { throughput: 1, latency: 1, memoryUsage: 0, memoryLimit: 1 };

  it('is forgotten when nothing waits under it and nothing is to be remembered', async () => {
    const { processor, pass } = setUp();
    for (let i = 0; i < 100; i++) void processor.addToBatch(`key ${i}`, () => i);
    checkInvariants(processor); // says so of each key that is kept for nothing
    await pass(10);
    checkInvariants(processor);
    expect(processor.stateOf('key 1'), 'state').toEqual({ batchSize: 100, windowMs: 10, waiting: 0 });
  });

  it('keeps the size that optimizeBatchSize gave it', async () => {
    const { processor, pass } = setUp();
    processor.optimizeBatchSize('a', METRICS);
    void processor.addToBatch('a', () => 1);
    await pass(10);
    expect([processor.stateOf('a').batchSize, processor.stateOf('b').batchSize], 'sizes').toEqual([80, 100]);
  });
});

describe('The accounts', () => {
  it('tell batches by cause, failures, and how long it took', async () => {
    const { clock, processor, pass } = setUp({ batchSize: 3 });
    for (let i = 0; i < 2; i++) void processor.addToBatch('by window', () => clock.advance(4));
    await pass(10);
    for (let i = 0; i < 3; i++) {
      observe(
        processor.addToBatch('by size', () => {
          throw new Error('gone');
        }),
      );
    }
    await idle();
    const stats = processor.stats();
    expect(stats, 'counts').toMatchObject({ batches: { window: 1, size: 1, demand: 0 }, failures: 3 });
    expect(stats.sizes, 'sizes').toEqual({ count: 2, mean: 2.5, p50: 2, p95: 3, p99: 3, max: 3 });
    expect([stats.waitsMs.max, stats.latenciesMs.max], 'longest wait and latency').toEqual([10, 8]);
  });

  it('tell who was turned away, held back or not', async () => {
    const { processor, pass } = setUp({ maxPending: 2 });
    for (let i = 0; i < 5; i++) void processor.addToBatch('a', () => i);
    await pass(50);
    expect(processor.stats().turnedAway, 'held back').toBe(3);
  });

  it('are off by 3% at most, whatever the distribution', () => {
    const random = randomNumbers(3);
    const distributions: Record<string, () => number> = {
      uniform: () => random() * 100,
      exponential: () => -Math.log(1 - random()) * 5,
      'of two humps': () => (random() < 0.9 ? 1 + random() : 200 + random()),
      'with a long tail': () => 0.01 / (1 - random()) ** 1.5,
      constant: () => 12.345,
    };
    for (const [name, next] of Object.entries(distributions)) {
      const histogram = new Histogram(0.001);
      const values = Array.from({ length: 20_000 }, next);
      for (const value of values) histogram.record(value);
      values.sort((a, b) => a - b);
      const summary = histogram.summary();
      for (const [quantile, share] of [['p50', 0.5], ['p95', 0.95], ['p99', 0.99]] as const) {
        const exact = values[Math.ceil(share * values.length) - 1]!;
        expect(Math.abs(summary[quantile] / exact - 1), `error of ${quantile}, ${name}`).toBeLessThan(0.032);
      }
      expect(summary.max, `max, ${name}`).toBe(values.at(-1));
    }
  });

  it('are 0 before the first value', () => {
    expect(new Histogram(1).summary()).toEqual({ count: 0, mean: 0, p50: 0, p95: 0, p99: 0, max: 0 });
  });
});

describe('The queue', () => {
  it('does as an array, in ten thousand steps', () => {
    const queue = new Queue<number>();
    const model: number[] = [];
    const random = randomNumbers(5);
    for (let step = 0; step < 10_000; step++) {
      const pushes = random() < (step % 2_000 < 1_000 ? 0.6 : 0.4);
      if (pushes) {
        queue.push(step);
        model.push(step);
      } else {
        expect(queue.shift(), `taken in step ${step}`).toBe(model.shift());
      }
      expect(queue.length, `length after step ${step}`).toBe(model.length);
    }
    expect([...queue], 'what is left').toEqual(model);
  });
});

describe('In three thousand random steps', () => {
  const VARIANTS: Record<string, BatchOptions> = {
    'without bounds': {},
    'with few pending': { maxPending: 5 },
    'with few running': { maxRunning: 2 },
    'with few of both, sizes and windows adapted': {
      maxPending: 9,
      maxRunning: 2,
      targetLatencyMs: 5,
      idleWindowMs: 2,
    },
  };

  for (const [name, options] of Object.entries(VARIANTS)) {
    it(`each operation runs once and in order, and each has its own outcome: ${name}`, async () => {
      const { clock, timers, processor } = setUp({ batchSize: 4, ...options });
      const random = randomNumbers(11);
      const pick = (count: number) => Math.floor(random() * count);
      const started: Record<string, number[]> = { a: [], b: [], c: [] };
      const added: Record<string, number[]> = { a: [], b: [], c: [] };
      const running: (() => void)[] = [];
      const outcomes: Promise<void>[] = [];
      let unsettled = 0;

      const add = (n: number) => {
        const key = 'abc'[pick(3)]!;
        const fate = pick(4);
        added[key]!.push(n);
        unsettled++;
        const promise = processor.addToBatch(key, () => {
          started[key]!.push(n);
          if (fate === 0) throw n;
          if (fate === 1) return n;
          return new Promise((resolve, reject) => running.push(() => (fate === 2 ? resolve : reject)(n)));
        });
        const isFulfilled = fate === 1 || fate === 2;
        const right = () => void unsettled--;
        const wrong = () => Promise.reject(new Error(`${n} has the outcome of another`));
        outcomes.push(
          promise.then(
            (value) => (isFulfilled && value === n ? right() : wrong()),
            (error) => (!isFulfilled && error === n ? right() : wrong()),
          ),
        );
      };

      const flushes: Promise<void>[] = [];
      for (let step = 0; step < 3_000; step++) {
        const choice = pick(20);
        if (choice < 10) add(step);
        else if (choice < 15) running.splice(pick(running.length), 1)[0]?.();
        else if (choice === 15) void processor.processBatch('abc'[pick(3)]!);
        else if (choice === 16) flushes.push(processor.flushAll());
        else if (choice === 17) clock.advance(pick(8));
        else if (choice === 18) await timers.advance(pick(8));
        else await Promise.resolve();
        checkInvariants(processor);
      }
      let isClosed = false;
      const closed = processor[Symbol.asyncDispose]().then(() => (isClosed = true));
      for (let round = 0; !isClosed; round++) {
        if (round > 5_000) throw new Error(`${unsettled} operations are never settled`);
        running.shift()?.();
        await idle();
        checkInvariants(processor);
      }
      await closed;
      expect(unsettled, 'operations that are not settled when it is closed').toBe(0);
      await Promise.all([...outcomes, ...flushes]);
      expect(started, 'operations of each key, in order').toEqual(added);
      expect(processor.pending, 'pending').toBe(0);
    });
  }
});
