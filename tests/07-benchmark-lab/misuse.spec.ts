import { describe, expect, it } from 'vitest';
import {
  BenchmarkRunner,
  growthOf,
  LocalStation,
  loadTest,
  memoryStressTest,
  PerformanceRegressionTester,
  quantile,
} from '#exercise/07-benchmark-lab';

/** What a program in plain JavaScript might hand over. */
const untyped = (value: unknown) => value as never;

describe('7.1 misuse', () => {
  it('a quantile of nothing', () => {
    expect(() => quantile([], 0.5)).toThrow(new RangeError('quantile needs at least one value, received none'));
  });
});

describe('7.2 misuse', () => {
  const open = (task: object) => () => new LocalStation({ run: () => {} }, { unit: 'ns/op', operations: 1, ...task });

  it('numbers that make no sense', () => {
    expect(open({ operations: 1.5 })).toThrow(new RangeError('operations must be an integer from 1, received 1.5'));
    expect(open({ operations: 0 })).toThrow(new RangeError('operations must be above 0, received 0'));
    expect(open({ sampleMs: 0 })).toThrow(new RangeError('sampleMs must be above 0, received 0'));
    expect(open({ warmUpMs: Infinity })).toThrow(new RangeError('warmUpMs must be above 0, received Infinity'));
    expect(open({ warmUpMs: '9' })).toThrow(new TypeError('warmUpMs must be a number, received 9'));
  });
});

describe('7.3 misuse', () => {
  it('no generation, no time', () => {
    const runner = (options: object) => () => new BenchmarkRunner(options);
    expect(runner({ generations: 0 })).toThrow(new RangeError('generations must be above 0, received 0'));
    expect(runner({ generations: 2.5 })).toThrow(new RangeError('generations must be an integer from 1, received 2.5'));
    expect(runner({ budgetMs: -1 })).toThrow(new RangeError('budgetMs must be above 0, received -1'));
  });

  it('a format that there is not', () => {
    const report = () => new BenchmarkRunner().generateReport([], untyped('pdf'));
    expect(report).toThrow(RangeError);
    expect(report).toThrow(/^format must be .*json.*, received pdf$/);
  });
});

describe('7.4 misuse', () => {
  it('what has no logarithm, and a single size', () => {
    expect(() => growthOf([{ n: 10, cost: 0 }])).toThrow(
      new RangeError('growth needs sizes and costs above 0, received 0 at 10'),
    );
    expect(() => growthOf([{ n: 10, cost: 1 }])).toThrow(
      new RangeError('a slope needs points at two places at least, received 1 at one'),
    );
  });

  it('no rounds', async () => {
    await expect(memoryStressTest(() => {}, { rounds: 0 })).rejects.toThrow(
      new RangeError('rounds must be above 0, received 0'),
    );
    await expect(memoryStressTest(() => {}, { rounds: 1, heap: () => 1 })).rejects.toThrow(
      new RangeError('a slope needs points at two places at least, received 1 at one'),
    );
  });
});

describe('7.5 misuse', () => {
  const load = (options: object) =>
    loadTest(() => {}, { concurrent: 1, durationMs: 1, arrivalsPerSecond: 1, ...options });

  it('numbers out of their range', async () => {
    await expect(load({ concurrent: 1.5 })).rejects.toThrow(
      new RangeError('concurrent must be an integer from 1, received 1.5'),
    );
    await expect(load({ durationMs: 0 })).rejects.toThrow(new RangeError('durationMs must be above 0, received 0'));
    await expect(load({ arrivalsPerSecond: '9' })).rejects.toThrow(
      new TypeError('arrivalsPerSecond must be a number, received 9'),
    );
  });
});

describe('7.6 misuse', () => {
  it('a threshold that is none', () => {
    expect(() => new PerformanceRegressionTester('x', { time: 0 })).toThrow(
      new RangeError('time must be above 0, received 0'),
    );
    expect(() => new PerformanceRegressionTester('x', { improvement: NaN })).toThrow(
      new RangeError('improvement must be above 0, received NaN'),
    );
  });
});
