import { describe, expect, it } from 'vitest';
import {
  DurationHistogram,
  measured,
  MetadataPerformanceMonitor,
  type MonitorOptions,
} from '#exercise/05-performance-monitor';

/** What a program in plain JavaScript might hand over. */
const untyped = (value: unknown) => value as never;

const monitorWith = (options: MonitorOptions) => () => new MetadataPerformanceMonitor(options);

describe('5.1 misuse', () => {
  for (const duration of [-1, NaN, Infinity]) {
    it(`a duration of ${duration}`, () => {
      expect(() => new DurationHistogram().record(duration)).toThrow(
        new RangeError(`a duration must be finite and 0 or more, received ${duration}`),
      );
    });
  }

  it('a duration of another type', () => {
    expect(() => new DurationHistogram().record(untyped('12'))).toThrow(
      new RangeError(`a duration must be finite and 0 or more, received '12'`),
    );
  });

  for (const p of [-1, 101, NaN]) {
    it(`percentile ${p}`, () => {
      expect(() => new DurationHistogram().percentile(p)).toThrow(
        new RangeError(`p must be from 0 to 100, received ${p}`),
      );
    });
  }
});

describe('5.2 misuse', () => {
  it('now that is no function', () => {
    expect(monitorWith({ now: untyped(0) })).toThrow(new TypeError('now must be a function, received 0'));
  });

  it('an operation that is no string', () => {
    const monitor = new MetadataPerformanceMonitor();
    const error = new TypeError('operation must be a string, received undefined');
    expect(() => monitor.measure(untyped(undefined), () => {})).toThrow(error);
    expect(() => monitor.start(untyped(undefined))).toThrow(error);
  });

  it('fn that is no function', async () => {
    const monitor = new MetadataPerformanceMonitor();
    const error = new TypeError(`fn must be a function, received 'parse'`);
    expect(() => monitor.measure('parse', untyped('parse'))).toThrow(error);
    await expect(monitor.measureAsync('parse', untyped('parse'))).rejects.toThrow(error);
    expect(monitor.getMetrics().operations, 'operations').toEqual([]);
  });
});

describe('5.5 misuse', () => {
  for (const sampleRate of [-0.1, 1.1, NaN]) {
    it(`sampleRate: ${sampleRate}`, () => {
      expect(monitorWith({ sampleRate })).toThrow(
        new RangeError(`sampleRate must be from 0 to 1, received ${sampleRate}`),
      );
    });
  }

  it('sampleRate of another type', () => {
    expect(monitorWith({ sampleRate: untyped('10%') })).toThrow(
      new TypeError(`sampleRate must be a number, received '10%'`),
    );
  });

  it('random that is no function', () => {
    expect(monitorWith({ random: untyped(0.5) })).toThrow(
      new TypeError('random must be a function, received 0.5'),
    );
  });

  for (const interval of [0, -1, NaN]) {
    it(`an expected interval of ${interval}`, () => {
      const monitor = new MetadataPerformanceMonitor();
      expect(() => monitor.start('poll', { expectedIntervalMs: interval })).toThrow(
        new RangeError(`expectedIntervalMs must be more than 0, received ${interval}`),
      );
      const histogram = new DurationHistogram();
      expect(() => histogram.recordWithExpectedInterval(5, interval)).toThrow(
        new RangeError(`expectedInterval must be more than 0, received ${interval}`),
      );
      expect(histogram.count, 'count').toBe(0);
    });
  }
});

describe('5.6 misuse', () => {
  it('heapUsed that is no function', () => {
    expect(monitorWith({ heapUsed: untyped(5e7) })).toThrow(
      new TypeError('heapUsed must be a function, received 50000000'),
    );
  });

  it('gc that is no function', () => {
    expect(monitorWith({ gc: untyped(true) })).toThrow(new TypeError('gc must be a function, received true'));
  });
});

describe('5.7 misuse', () => {
  it('a decorator on what is neither method nor getter', () => {
    type FieldDecorator = (value: undefined, context: ClassFieldDecoratorContext) => void;
    const measuredField = measured(new MetadataPerformanceMonitor()) as unknown as FieldDecorator;
    const decorateField = () =>
      class Order {
        @measuredField
        total = 0;
      };
    expect(decorateField).toThrow(
      new TypeError('@measured decorates methods and getters, received the field total'),
    );
  });
});
