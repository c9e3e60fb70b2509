import { describe, expect, it } from 'vitest';
import {
  AdaptiveCache,
  type AdaptiveCacheOptions,
  type LoadMetrics,
  type OptimizerOptions,
  type PartitionStrategy,
  PredictiveLoader,
  type PredictiveLoaderOptions,
  RealTimeOptimizer,
  type TunableParameter,
} from '#exercise/06-adaptive-performance';

/** What a program in plain JavaScript might hand over. */
const untyped = (value: unknown) => value as never;

const cacheWith = (options: Partial<AdaptiveCacheOptions>) => () =>
  new AdaptiveCache({ maxEntries: 100, ...options });

const loaderWith = (options: PredictiveLoaderOptions) => () => new PredictiveLoader(options);

const optimizerWith = (options: OptimizerOptions) => () => new RealTimeOptimizer(options);

describe('6.1 misuse', () => {
  for (const maxEntries of [0, 1.5, Infinity, NaN]) {
    it(`maxEntries: ${maxEntries}`, () => {
      expect(cacheWith({ maxEntries })).toThrow(
        new RangeError(`maxEntries must be an integer from 1, received ${maxEntries}`),
      );
    });
  }

  it('options of another type', () => {
    expect(cacheWith({ maxEntries: untyped('10') })).toThrow(
      new TypeError(`maxEntries must be a number, received '10'`),
    );
    expect(cacheWith({ load: untyped('table') })).toThrow(
      new TypeError(`load must be a function, received 'table'`),
    );
    expect(cacheWith({ onEvict: untyped(true) })).toThrow(
      new TypeError('onEvict must be a function, received true'),
    );
  });

  it('minEntries out of range', () => {
    expect(cacheWith({ minEntries: 0 })).toThrow(
      new RangeError('minEntries must be an integer from 1, received 0'),
    );
    expect(cacheWith({ minEntries: 101 })).toThrow(
      new RangeError('minEntries must be at most maxEntries (100), received 101'),
    );
  });

  it('options of exercise 1', () => {
    expect(cacheWith({ ttlMs: -1 })).toThrow(new RangeError('ttlMs must be 0 or more, received -1'));
    expect(cacheWith({ maxSize: 10 })).toThrow(new TypeError('maxSize needs sizeOf, which was not given'));
  });

  for (const pressure of [-0.1, NaN]) {
    it(`a pressure of ${pressure}`, () => {
      expect(() => cacheWith({})().adaptCacheSize(pressure)).toThrow(
        new RangeError(`memoryPressure must be 0 or more, received ${pressure}`),
      );
    });
  }

  it('warmCache without load', async () => {
    await expect(cacheWith({})().warmCache(['a'])).rejects.toThrow(
      new TypeError('warmCache needs load, which was not given'),
    );
  });
});

describe('6.2 misuse', () => {
  const dividedBy = (strategy: Partial<PartitionStrategy>) => () =>
    cacheWith({})().partitionCache({ partitionOf: () => 'a', shares: { a: 0.5, b: 0.5 }, ...strategy });

  it('shares that are not 1 together', () => {
    expect(dividedBy({ shares: { a: 0.5, b: 0.25 } })).toThrow(
      new RangeError('shares must be 1 together, received 0.75'),
    );
    expect(dividedBy({ shares: {} })).toThrow(new RangeError('shares must be 1 together, received 0'));
  });

  it('a share, or a worth, that is not above 0', () => {
    expect(dividedBy({ shares: { a: 1, b: 0 } })).toThrow(
      new RangeError(`shares['b'] must be above 0 and finite, received 0`),
    );
    expect(dividedBy({ worth: { b: -1 } })).toThrow(
      new RangeError(`worth['b'] must be above 0 and finite, received -1`),
    );
    expect(dividedBy({ worth: { b: untyped('a lot') } })).toThrow(
      new TypeError(`worth['b'] must be a number, received 'a lot'`),
    );
  });

  it('partitionOf that is no function', () => {
    expect(dividedBy({ partitionOf: untyped('prefix') })).toThrow(
      new TypeError(`partitionOf must be a function, received 'prefix'`),
    );
  });

  it('a key of no partition: the cache is as it was', () => {
    const cache = cacheWith({})();
    cache.partitionCache({ partitionOf: (key) => key, shares: { a: 0.5, b: 0.5 } });
    const error = new RangeError(`partitionOf('c') must be one of 'a', 'b', received 'c'`);
    expect(() => cache.get('c', () => 1)).toThrow(error);
    expect(() => cache.set('c', 1)).toThrow(error);
    expect(cache.size, 'size').toBe(0);
  });
});

describe('6.3 misuse', () => {
  it('maxContexts and historySize out of range', () => {
    expect(loaderWith({ maxContexts: 0 })).toThrow(
      new RangeError('maxContexts must be an integer from 1, received 0'),
    );
    expect(loaderWith({ historySize: 1.5 })).toThrow(
      new RangeError('historySize must be an integer from 1, received 1.5'),
    );
  });

  it('options of another type', () => {
    expect(loaderWith({ now: untyped(0) })).toThrow(new TypeError('now must be a function, received 0'));
    expect(loaderWith({ schedule: untyped(0) })).toThrow(
      new TypeError('schedule must be a function, received 0'),
    );
    expect(() => new PredictiveLoader().session(untyped('page'))).toThrow(
      new TypeError(`run must be a function, received 'page'`),
    );
  });

  it('a key that is no string rejects, and is no access', async () => {
    const loader = new PredictiveLoader();
    await loader.session(async () => {
      await expect(loader.get(untyped(1))).rejects.toThrow(new TypeError('key must be a string, received 1'));
    });
    expect(loader.analyzeAccessPatterns(), 'patterns').toEqual([]);
  });
});

describe('6.5 misuse', () => {
  it('prefetchBudget out of range', () => {
    expect(loaderWith({ prefetchBudget: 0 })).toThrow(
      new RangeError('prefetchBudget must be an integer from 1, received 0'),
    );
    expect(loaderWith({ prefetchBudget: untyped('4') })).toThrow(
      new TypeError(`prefetchBudget must be a number, received '4'`),
    );
  });
});

describe('6.6 misuse', () => {
  const parameter: TunableParameter = { name: 'batch', value: 5, min: 1, max: 10, step: 1, apply: () => {} };

  const tuning = (change: Partial<TunableParameter>) =>
    optimizerWith({ parameters: [{ ...parameter, ...change }], objective: () => 1 });

  it('parameters without objective', () => {
    expect(optimizerWith({ parameters: [parameter] })).toThrow(
      new TypeError('parameters need objective, which was not given'),
    );
  });

  it('a parameter out of its range', () => {
    expect(tuning({ value: 11 })).toThrow(new RangeError('value of batch must be from 1 to 10, received 11'));
    expect(tuning({ step: 0 })).toThrow(new RangeError('step of batch must be above 0, received 0'));
    expect(tuning({ max: untyped('10') })).toThrow(
      new TypeError(`max of batch must be a number, received '10'`),
    );
    expect(tuning({ apply: untyped(1) })).toThrow(
      new TypeError('apply of batch must be a function, received 1'),
    );
  });

  it('functions of another type', () => {
    expect(optimizerWith({ objective: untyped(1) })).toThrow(
      new TypeError('objective must be a function, received 1'),
    );
    expect(optimizerWith({ onScale: untyped(1) })).toThrow(
      new TypeError('onScale must be a function, received 1'),
    );
    expect(optimizerWith({ onAlert: untyped(1) })).toThrow(
      new TypeError('onAlert must be a function, received 1'),
    );
  });

  it('workers out of range', () => {
    expect(optimizerWith({ minWorkers: 0 })).toThrow(
      new RangeError('minWorkers must be an integer from 1, received 0'),
    );
    expect(optimizerWith({ minWorkers: 5, maxWorkers: 4 })).toThrow(
      new RangeError('minWorkers must be at most maxWorkers (4), received 5'),
    );
  });

  it('a threshold that is no number', () => {
    const setUp = () => new RealTimeOptimizer().setupPerformanceAlerts({ p99Ms: { above: untyped('much') } });
    expect(setUp).toThrow(new TypeError(`thresholds['p99Ms'] must be a number, received 'much'`));
  });

  it('a load that is no number from 0', () => {
    const scale = (metrics: Partial<LoadMetrics>) => () =>
      new RealTimeOptimizer().scaleBasedOnLoad({
        arrivalsPerSecond: 1,
        completionsPerSecond: 1,
        serviceMs: 1,
        responseMs: 1,
        ...metrics,
      });
    expect(scale({ arrivalsPerSecond: -1 })).toThrow(
      new RangeError('arrivalsPerSecond must be a finite number from 0, received -1'),
    );
    expect(scale({ serviceMs: NaN })).toThrow(
      new RangeError('serviceMs must be a finite number from 0, received NaN'),
    );
    expect(scale({ serviceMs: untyped('50 ms') })).toThrow(
      new TypeError(`serviceMs must be a number, received '50 ms'`),
    );
  });
});
