import { join } from 'node:path';
import { PerformanceBenchmark, type Percentiles } from '../reference/07-benchmark-lab/index.ts';
import { references } from './kit/bench/parts.ts';
import { findRoot } from './kit/catalogue.ts';
import { EXIT, positiveOption, run, UsageError } from './kit/command.ts';
import { publish } from './kit/docs/results.ts';
import { columnsOf } from './kit/screen.ts';
import { STORE, writeWhole } from './kit/store.ts';
import { working } from './kit/terminal.ts';

await run(
  {
    line: 'npm run test:load [-- --rate 2000] [-- --seconds 5] [-- --concurrent 100] [-- --publish]',
    about: 'Requests at random moments to the reference of exercise 2, and how long their senders wait.',
    options: {
      rate: { type: 'string', default: '2000', help: 'requests a second' },
      seconds: { type: 'string', default: '5', help: 'for how long' },
      concurrent: { type: 'string', default: '100', help: 'the most at a time' },
      publish: { type: 'boolean', help: 'for authors: into docs/results too, where the study guide has its figures from' },
    },
    words: [0, 0],
  },
  async (_words, { rate, seconds, concurrent, publish: isPublic }) => {
    const benchmark = new PerformanceBenchmark(references);
    const durationMs = positiveOption('seconds', seconds) * 1e3;
    const load = () => benchmark.loadTest(positiveOption('concurrent', concurrent), durationMs, positiveOption('rate', rate));
    const results = await working('sending', load).catch((error: unknown) => {
      throw error instanceof RangeError || error instanceof TypeError ? new UsageError(error.message) : error;
    });
    const { completed, failed, throughputPerSecond, latencyMs, serviceMs, longestQueue } = results;
    const row = (name: string, { p50, p95, p99, max }: Percentiles) => [name, ...[p50, p95, p99, max].map((ms) => `${ms.toFixed(2)} ms`)];
    console.log(`${completed.toLocaleString('en')} answered, ${failed} failed, ${throughputPerSecond.toFixed(0)} a second; ${longestQueue} waited at most\n`);
    console.log(columnsOf([['', 'p50', 'p95', 'p99', 'max'], row('from when it was due', latencyMs), row('from when it was begun', serviceMs)]));
    const root = findRoot();
    if (isPublic) publish(root, 'load', `npm run test:load -- --rate ${rate} --seconds ${seconds}`, results);
    writeWhole(join(root, STORE, 'bench', 'load.json'), `${JSON.stringify(results, null, 2)}\n`);
    return failed === 0 ? EXIT.ok : EXIT.failed;
  },
);
