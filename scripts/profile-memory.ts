import { join } from 'node:path';
import { PerformanceBenchmark } from '../reference/07-benchmark-lab/index.ts';
import { references } from './kit/bench/parts.ts';
import { findRoot } from './kit/catalogue.ts';
import { EXIT, run } from './kit/command.ts';
import { publish } from './kit/docs/results.ts';
import { columnsOf } from './kit/screen.ts';
import { STORE, writeWhole } from './kit/store.ts';
import { working } from './kit/terminal.ts';

/** A whole cache comes and goes in each: a slope among as much takes more readings than one among little. */
const ROUNDS = 60;

await run(
  {
    line: 'npm run profile:memory [-- --publish]',
    about: 'What the references of exercises 1 to 3 allocate for an operation, and whether the cache leaks.',
    options: { publish: { type: 'boolean', help: 'for authors: into docs/results too, where the study guide has its figures from' } },
    words: [0, 0],
  },
  async (_words, { publish: isPublic }) => {
    const root = findRoot();
    const benchmark = new PerformanceBenchmark(references, { rounds: ROUNDS });
    const [allocations, leak] = await working('measuring', async () => [
      [
        await benchmark.benchmarkCachePerformance(),
        await benchmark.benchmarkLazyLoading(),
        await benchmark.benchmarkBatchProcessing(),
      ].map(({ timing, allocation }) => ({ name: timing.scenario.name, ...allocation })),
      await benchmark.memoryStressTest(),
    ] as const);
    const rows = allocations.map(({ name, bytesPerOperation, collections }) => [name, bytesPerOperation.toFixed(1), String(collections)]);
    console.log(columnsOf([['', 'B an operation', 'collections'], ...rows]));
    const [low, high] = leak.interval.map((bound) => bound.toFixed(0));
    console.log(`\nThe cache was made, filled and dropped ${leak.readings.length} times. In a round it leaves ${low} to ${high} B.`);
    console.log(leak.isLeaking ? 'It leaks.' : 'It does not leak.');
    writeWhole(join(root, STORE, 'bench', 'memory.json'), `${JSON.stringify({ allocations, leak }, null, 2)}\n`);
    if (isPublic) publish(root, 'memory', 'npm run profile:memory', { allocations, leak });
    return leak.isLeaking ? EXIT.failed : EXIT.ok;
  },
);
