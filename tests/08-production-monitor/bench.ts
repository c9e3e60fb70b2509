import { randomNumbers } from '#framework';
import { bench, type Subject } from '../bench.ts';

/** What is counted, as one monitoring library or another does it. */
interface Metrics {
  count(labels: Labels): void;
  observe(seconds: number, labels: Labels): void;
  /** The page that a server collects. */
  scrape(): string | Promise<string>;
}

type Labels = { route: string; outcome: string };
type Program = typeof import('#exercise/08-production-monitor');

const CALLS = 20_000;
const BUCKETS = [0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5, 5, 10];
const LABELS = ['route', 'outcome'];

// ---- What is counted: requests to so many routes, each of which is ok or an error ------------------------

const random = randomNumbers(8);
const labelsOf = (routes: number): Labels[] =>
  Array.from({ length: routes }, (_, i) => `/shop/department/${i}`).flatMap((route) => [
    { route, outcome: 'ok' },
    { route, outcome: 'error' },
  ]);

const few = labelsOf(20);
const many = labelsOf(500);
const requests = Array.from({ length: CALLS }, () => {
  return { labels: { ...few[Math.floor(random() * few.length)]! }, seconds: 10 ** (random() * 3 - 2.5) };
});

// ---- Who counts -----------------------------------------------------------------------------------------

/** Plain objects by the JSON of their labels, served as JSON. */
function naive(): Metrics {
  const counts: Record<string, number> = {};
  const histograms: Record<string, { count: number; sum: number; buckets: number[] }> = {};
  return {
    count: (labels) => {
      const key = JSON.stringify(labels);
      counts[key] = (counts[key] ?? 0) + 1;
    },
    observe: (seconds, labels) => {
      const key = JSON.stringify(labels);
      const histogram = (histograms[key] ??= { count: 0, sum: 0, buckets: BUCKETS.map(() => 0) });
      histogram.count++;
      histogram.sum += seconds;
      BUCKETS.forEach((bound, i) => {
        if (seconds <= bound) histogram.buckets[i]!++;
      });
    },
    scrape: () => JSON.stringify({ counts, histograms }),
  };
}

function ours({ formatMetrics, MetricsRegistry }: Program): Metrics {
  const metrics = new MetricsRegistry({ maxSeries: 2_000 });
  const counter = metrics.counter('requests_total', { help: 'Requests.', labels: LABELS });
  const histogram = metrics.histogram('seconds', { help: 'Seconds.', labels: LABELS, buckets: BUCKETS });
  return {
    count: (labels) => counter.inc(1, labels),
    observe: (seconds, labels) => histogram.observe(seconds, labels),
    scrape: () => formatMetrics(metrics.snapshot()),
  };
}

async function promClient(): Promise<Metrics> {
  const { default: client } = await import('prom-client');
  const registers = [new client.Registry()];
  const common = { labelNames: LABELS, registers };
  const counter = new client.Counter({ name: 'requests_total', help: 'Requests.', ...common });
  const histogram = new client.Histogram({ name: 'seconds', help: 'Seconds.', buckets: BUCKETS, ...common });
  return {
    count: (labels) => counter.inc(labels),
    observe: (seconds, labels) => histogram.observe(labels, seconds),
    scrape: () => registers[0]!.metrics(),
  };
}

// ---- Workloads ------------------------------------------------------------------------------------------

interface Work {
  readonly operations: number;
  /** Makes a subject of whoever counts. */
  readonly of: (metrics: Metrics) => Subject;
}

/** A run after which the page must tell of as many calls as there have been. */
function calls(call: (metrics: Metrics, request: (typeof requests)[number]) => void): Work {
  const of = (metrics: Metrics): Subject => {
    let runs = 0;
    return {
      run: () => {
        for (const request of requests) call(metrics, request);
        runs++;
      },
      check: async () => {
        const total = totalOf(await metrics.scrape());
        if (total !== runs * CALLS) throw new Error(`the page tells of ${total} calls of ${runs * CALLS}`);
      },
    };
  };
  return { operations: CALLS, of };
}

/** A run is one page with a histogram of a thousand series, in the bytes that are sent. */
const scrape: Work = {
  operations: many.length,
  of: (metrics) => {
    for (const labels of many) for (const seconds of [0.002, 0.3, 20]) metrics.observe(seconds, labels);
    return {
      run: async () => Buffer.from(await metrics.scrape()).length,
      check: async () => {
        const total = totalOf(await metrics.scrape());
        if (total !== 3 * many.length) throw new Error(`the page tells of ${total} values of ${3 * many.length}`);
      },
    };
  },
};

/** How many calls a page tells of, in whichever of the two formats. */
function totalOf(page: string): number {
  const counts = page.startsWith('{')
    ? page.matchAll(/"count":(\d+)|"outcome\\":\\"\w+\\"}":(\d+)/g)
    : page.matchAll(/^(?:requests_total|seconds_count)\{.*\} (\d+)$/gm);
  let total = 0;
  for (const [, one, other] of counts) total += Number(one ?? other);
  return total;
}

const workload = (name: string, about: string, { operations, of }: Work) =>
  ({
    name,
    about,
    unit: 'ns/op',
    operations,
    naive: () => of(naive()),
    of: (program: Program) => of(ours(program)),
    peers: { 'prom-client': async () => of(await promClient()) },
  }) as const;

export default bench<Program>([
  workload(
    'count',
    'A counter with two labels and 40 series, which are asked for by their labels in random order.',
    calls((metrics, { labels }) => metrics.count(labels)),
  ),
  workload(
    'observe a duration',
    'The same with a histogram of 11 buckets.',
    calls((metrics, { labels, seconds }) => metrics.observe(seconds, labels)),
  ),
  workload(
    'scrape',
    'The page of a histogram with 1,000 series, two labels and 11 buckets, in bytes; the time is that for a series.',
    scrape,
  ),
]);
