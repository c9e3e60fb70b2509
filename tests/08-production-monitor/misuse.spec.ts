import { describe, expect, it } from 'vitest';
import {
  type AlertRule,
  type CheckOptions,
  MetricsRegistry,
  ProductionMonitor,
} from '#exercise/08-production-monitor';
import { QUEUE_IS_LONG, rule } from './alerting.ts';
import { listen } from './http.ts';

/** What a program in plain JavaScript might hand over. */
const untyped = (value: unknown) => value as never;

describe('8.1 misuse', () => {
  for (const maxSeries of [0, -1, 1.5, NaN]) {
    it(`maxSeries: ${maxSeries}`, () => {
      expect(() => new MetricsRegistry({ maxSeries })).toThrow(
        new RangeError(`maxSeries must be an integer from 1, received ${maxSeries}`),
      );
    });
  }

  for (const name of ['', '1st', 'a-b', 'a b', 'é', 'a\n']) {
    it(`a metric called ${JSON.stringify(name)}`, () => {
      expect(() => new MetricsRegistry().counter(name)).toThrow(RangeError);
      expect(() => new MetricsRegistry().counter(name)).toThrow('the name of the metric must match');
    });
  }

  for (const label of ['', 'a-b', '__name__', 'a:b']) {
    it(`a label called ${JSON.stringify(label)}`, () => {
      const ask = () => new MetricsRegistry().gauge('queue', { labels: [label] });
      expect(ask).toThrow(RangeError);
      expect(ask).toThrow('the name of a label of queue must match');
    });
  }

  it('a histogram with a label called le', () => {
    expect(() => new MetricsRegistry().histogram('seconds', { labels: ['le'] })).toThrow(
      'the name of a label of seconds must match',
    );
  });

  for (const buckets of [[], [1, 1], [2, 1], [1, Infinity], [NaN]]) {
    it(`the buckets [${buckets}]`, () => {
      const ask = () => new MetricsRegistry().histogram('seconds', { buckets });
      expect(ask).toThrow(RangeError);
      expect(ask).toThrow('the buckets of seconds must be finite and ascending, received [');
    });
  }

  it('labels that are missing, or that nobody knows', () => {
    const metrics = new MetricsRegistry();
    const requests = metrics.counter('requests_total', { labels: ['route'] });
    for (const labels of [{}, { path: '/' }, { route: '/', path: '/' }]) {
      expect(() => requests.inc(1, labels)).toThrow(TypeError);
      expect(() => requests.inc(1, labels)).toThrow(`requests_total has the labels [ 'route' ], received {`);
    }
    expect(() => metrics.gauge('queue').set(1, { name: 'a' })).toThrow(TypeError);
    expect(metrics.snapshot()[0]!.series, 'series').toEqual([]);
  });

  it('a label that is no string', () => {
    const requests = new MetricsRegistry().counter('requests_total', { labels: ['status'] });
    expect(() => requests.inc(1, { status: untyped(500) })).toThrow(
      new TypeError('the label status of requests_total must be a string, received 500'),
    );
  });

  for (const value of [NaN, Infinity]) {
    it(`a value of ${value}`, () => {
      const metrics = new MetricsRegistry();
      expect(() => metrics.gauge('queue').set(value)).toThrow(
        new RangeError(`queue takes finite numbers, received ${value}`),
      );
      expect(() => metrics.gauge('queue').add(value)).toThrow(RangeError);
      expect(() => metrics.histogram('seconds').observe(value)).toThrow(
        new RangeError(`seconds takes finite numbers, received ${value}`),
      );
      expect(() => metrics.counter('requests_total').inc(value)).toThrow(
        new RangeError(`requests_total must grow by a finite number from 0, received ${value}`),
      );
    });
  }
});

describe('8.3 misuse', () => {
  const adding = (options: CheckOptions) => () => new ProductionMonitor().addCheck('db', () => {}, options);

  it('two checks of the same name', () => {
    const monitor = new ProductionMonitor();
    monitor.addCheck('db', () => {});
    expect(() => monitor.addCheck('db', () => {})).toThrow(new RangeError('there is a check called db'));
  });

  it('another kind', () => {
    expect(adding({ kind: untyped('startup') })).toThrow(
      new RangeError(`kind must be live or ready, received 'startup'`),
    );
  });

  for (const timeoutMs of [0, -1, NaN, Infinity, 2 ** 31]) {
    it(`timeoutMs: ${timeoutMs}`, () => {
      expect(adding({ timeoutMs })).toThrow(
        new RangeError(`timeoutMs must be from 1 to 2147483647, received ${timeoutMs}`),
      );
    });
  }
});

describe('8.4 misuse', () => {
  const settingUp = (...rules: AlertRule[]) => () => new ProductionMonitor().setupAlerts({ rules });

  it('two rules of the same name', () => {
    expect(settingUp(rule('long', QUEUE_IS_LONG), rule('long', QUEUE_IS_LONG))).toThrow(
      new RangeError('every rule must have a name of its own'),
    );
  });

  it('a threshold that is no number', () => {
    expect(settingUp(rule('long', { ...QUEUE_IS_LONG, threshold: NaN }))).toThrow(
      new RangeError('threshold of the alert long must be finite, received NaN'),
    );
  });

  it('a duration that is negative', () => {
    expect(settingUp(rule('long', QUEUE_IS_LONG, { forMs: -1 }))).toThrow(
      new RangeError('forMs of the alert long must be finite and 0 or more, received -1'),
    );
  });

  for (const objective of [1, 99.9, -0.1]) {
    it(`an objective of ${objective}`, () => {
      const signal = { metric: 'requests_total' };
      const windows = { factor: 2, windowsMs: [1_000] };
      const burns = rule('burns', { kind: 'burn', bad: signal, total: signal, objective, ...windows });
      expect(settingUp(burns)).toThrow(
        new RangeError(`objective of the alert burns must be from 0 to below 1, received ${objective}`),
      );
    });
  }

  it('a burn rate over no window', () => {
    const signal = { metric: 'requests_total' };
    const budget = { objective: 0.9, factor: 2, windowsMs: [] };
    expect(settingUp(rule('burns', { kind: 'burn', bad: signal, total: signal, ...budget }))).toThrow(
      new RangeError('windowsMs of the alert burns must have a window, received []'),
    );
  });

  it('a silence for an alert that nobody knows', () => {
    const monitor = new ProductionMonitor();
    const error = new RangeError('there is no alert called short');
    expect(() => monitor.silence('short', 1)).toThrow(error);
    monitor.setupAlerts({ rules: [rule('long', QUEUE_IS_LONG)] });
    expect(() => monitor.silence('short', 1)).toThrow(error);
  });

  it('a silence of a negative duration', () => {
    const monitor = new ProductionMonitor();
    monitor.setupAlerts({ rules: [rule('long', QUEUE_IS_LONG)] });
    expect(() => monitor.silence('long', -1)).toThrow(new RangeError('forMs must be 0 or more, received -1'));
  });
});

describe('8.5 misuse', () => {
  it('to listen twice', async () => {
    const monitor = new ProductionMonitor();
    await listen(monitor);
    await expect(monitor.listen()).rejects.toThrow(new Error('the monitor listens already'));
  });

  it('to listen where somebody listens already', async () => {
    const port = Number(new URL(await listen(new ProductionMonitor())).port);
    const monitor = new ProductionMonitor();
    await expect(monitor.listen({ port })).rejects.toMatchObject({ code: 'EADDRINUSE' });
    await listen(monitor);
  });
});

describe('8.6 misuse', () => {
  for (const reportEveryMs of [0, -1, NaN]) {
    it(`reportEveryMs: ${reportEveryMs}`, () => {
      expect(() => new ProductionMonitor({ reportEveryMs })).toThrow(
        new RangeError(`reportEveryMs must be more than 0, received ${reportEveryMs}`),
      );
    });
  }
});
