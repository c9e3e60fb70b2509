import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { formatMetrics, type MetricSnapshot } from '#exercise/08-production-monitor';
import { randomNumbers } from '#framework';
import { LABEL_VALUES } from './metrics.ts';
import { expectSame, parseMetrics } from './prometheus.ts';

const counterOf = (series: MetricSnapshot['series'], help = 'Requests.'): MetricSnapshot => {
  return { name: 'requests_total', type: 'counter', help, series } as MetricSnapshot;
};

const seconds = (series: Extract<MetricSnapshot, { type: 'histogram' }>['series']): MetricSnapshot => {
  return { name: 'seconds', type: 'histogram', help: 'How long.', series };
};

describe('8.2 Speak Prometheus', () => {
  describe('8.2.1 Each metric begins with its `# HELP` and its `# TYPE` line', () => {
    it('and its samples follow', () => {
      const text = formatMetrics([
        counterOf([
          { labels: { route: '/' }, value: 3 },
          { labels: { route: '/cart' }, value: 4 },
        ]),
        { name: 'queue', type: 'gauge', help: 'Mails.', series: [{ labels: {}, value: -1.5 }] },
      ]);
      const beginnings = text.split('\n').map((line) => /^(# (HELP|TYPE) )?\w+/.exec(line)?.[0]);
      expect(beginnings, 'how each line begins').toEqual([
        '# HELP requests_total',
        '# TYPE requests_total',
        'requests_total',
        'requests_total',
        '# HELP queue',
        '# TYPE queue',
        'queue',
        undefined,
      ]);
      expect(text.at(-1), 'the last character').toBe('\n');
    });

    it('a metric without series has them, too', () => {
      const families = parseMetrics(formatMetrics([counterOf([]), seconds([])]));
      expect(families.map(({ name, type }) => `${name} ${type}`), 'names and types').toEqual([
        'requests_total counter',
        'seconds histogram',
      ]);
    });

    it('of no metrics, nothing is written', () => {
      expect(formatMetrics([]), 'the text').toBe('');
    });
  });

  describe('8.2.2 In the value of a label, backslash, double quote and line feed are escaped', () => {
    it('each by itself', () => {
      const line = (route: string) =>
        formatMetrics([counterOf([{ labels: { route }, value: 1 }])]).split('\n')[2];
      expect(line('a\\b'), 'the sample with a backslash').toContain('"a\\\\b"');
      expect(line('a"b'), 'the sample with a double quote').toContain('"a\\"b"');
      expect(line('a\nb'), 'the sample with a line feed').toContain('"a\\nb"');
    });

    const others = ['a\tb', '\\\n"\\"', '"} 1\nrequests_total{route="', '# HELP x', '<b>', `'`];
    for (const value of [...LABEL_VALUES, ...others]) {
      it(`${inspect(value)} is read as what it was`, () => {
        const metrics = [counterOf([{ labels: { route: value, host: value }, value: 7 }])];
        expectSame(formatMetrics(metrics), metrics);
      });
    }
  });

  describe('8.2.3 In the help, backslash and line feed are escaped, and a double quote is not', () => {
    for (const help of ['a\\b', 'a\nb', '# TYPE requests_total gauge\n', '\\n', '"quoted"', '']) {
      it(`${inspect(help)} is read as what it was`, () => {
        const metrics = [counterOf([{ labels: {}, value: 7 }], help)];
        expectSame(formatMetrics(metrics), metrics);
      });
    }
  });

  describe('8.2.4 A histogram is `_bucket`, `_sum` and `_count`', () => {
    const buckets = [
      { le: 0.5, count: 3 },
      { le: 1, count: 3 },
      { le: 10, count: 8 },
    ];

    it('in this order, cumulative, with `+Inf`', () => {
      const text = formatMetrics([seconds([{ labels: {}, count: 9, sum: 55.5, buckets }])]);
      expect([...parseMetrics(text)[0]!.samples], 'the samples, with their labels').toEqual([
        ['seconds_bucket [["le","0.5"]]', 3],
        ['seconds_bucket [["le","1"]]', 3],
        ['seconds_bucket [["le","10"]]', 8],
        ['seconds_bucket [["le","+Inf"]]', 9],
        ['seconds_sum []', 55.5],
        ['seconds_count []', 9],
      ]);
    });

    it('for each set of labels', () => {
      const metrics = [
        seconds([
          { labels: { route: '/', outcome: 'ok' }, count: 9, sum: 55.5, buckets },
          { labels: { route: '"', outcome: 'error' }, count: 8, sum: 1, buckets },
        ]),
      ];
      expectSame(formatMetrics(metrics), metrics);
    });
  });

  describe('8.2.5 Every number reads back as what it was', () => {
    for (const value of [0, 0.1 + 0.2, 1e21, 1.5e300, 5e-324, 123_456_789_012_345, -0.000_000_1]) {
      it(String(value), () => {
        const series = [{ labels: {}, value }];
        const metrics: MetricSnapshot[] = [{ name: 'queue', type: 'gauge', help: '', series }];
        expectSame(formatMetrics(metrics), metrics);
      });
    }

    it('a hundred values made up from a seed', () => {
      const random = randomNumbers(82);
      const tiny = { le: 0.000_000_25, count: 2 ** 40 };
      const series = Array.from({ length: 100 }, (_, index) => {
        return { labels: { n: String(index) }, value: (random() - 0.5) * 10 ** Math.floor(random() * 40 - 20) };
      });
      const metrics: MetricSnapshot[] = [
        { name: 'queue', type: 'gauge', help: 'Made up.', series },
        seconds([{ labels: {}, count: 2 ** 40 + 1, sum: random() * 1e12, buckets: [tiny] }]),
      ];
      expectSame(formatMetrics(metrics), metrics);
    });
  });
});
