import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { type Claim, measureClaims, NOT_YET } from './kit/bench/claims.ts';
import { FULL, QUICK } from './kit/bench/measure.ts';
import { lengthsOfEncodings } from './kit/bench/lengths.ts';
import { measurePrimitives, type Primitive } from './kit/bench/primitives.ts';
import { runBench } from './kit/bench/run.ts';
import { benchScreen, progressLine, short } from './kit/bench/screen.ts';
import { compareWays } from './kit/bench/ways.ts';
import { findRoot, readCatalogue } from './kit/catalogue.ts';
import { EXIT, run } from './kit/command.ts';
import { publish } from './kit/docs/results.ts';
import { columnsOf } from './kit/screen.ts';
import { STORE, writeWhole } from './kit/store.ts';
import { paint, working } from './kit/terminal.ts';

const COMMAND = 'npm run benchmark:performance';

await run(
  {
    line: 'npm run benchmark:performance [-- --quick] [-- --publish]',
    about: 'The workloads of every exercise, and each figure that the kit was conceived with, beside what is measured here.',
    options: {
      quick: { type: 'boolean', help: 'in a quarter of the time, and with wider intervals' },
      publish: { type: 'boolean', help: 'for authors: into docs/results too, where the study guide has its figures from' },
    },
    words: [0, 0],
  },
  async (_words, { quick, publish: isPublic }) => {
    const root = findRoot();
    const exercises = readCatalogue(root).filter(({ folder }) => existsSync(join(root, 'tests', folder, 'bench.ts')));
    const stop = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop.abort());
    for (const exercise of exercises) {
      if (stop.signal.aborted) break;
      const progress = progressLine();
      const measuring = { effort: quick ? QUICK : FULL, signal: stop.signal, onProgress: progress.show };
      const { workloads, results, report, judged } = await runBench(root, exercise, measuring).finally(progress.stop);
      if (isPublic && !stop.signal.aborted) publish(root, exercise.folder, `npm run bench ${exercise.number}`, { ...report, judged });
      console.log(`${benchScreen(exercise, workloads, results)}\n`);
    }
    if (stop.signal.aborted) return EXIT.ok;
    const [claims, primitives] = await working('measuring', async () => [await measureClaims(), await measurePrimitives()] as const);
    writeWhole(join(root, STORE, 'bench', 'claims.json'), `${JSON.stringify({ claims, notYet: NOT_YET }, null, 2)}\n`);
    console.log(claimsTable(claims));
    console.log(primitivesTable(primitives));
    if (isPublic) {
      publish(root, 'claims', COMMAND, { claims, notYet: NOT_YET });
      publish(root, 'primitives', COMMAND, primitives);
      publish(root, 'lengths', COMMAND, lengthsOfEncodings());
      publish(root, 'ways', COMMAND, await compareWays());
    }
    return EXIT.ok;
  },
);

function claimsTable(claims: readonly Claim[]): string {
  const rows = claims.map(({ says, exercise, measured, holds }) => [says, String(exercise), measured, holds ? 'yes' : 'no']);
  const notYet = NOT_YET.map(([says, exercise]) => [says, String(exercise), '', 'not yet']);
  return [paint.bold('The figures that the kit was conceived with'), columnsOf([['claimed', 'exercise', 'measured here', 'holds'], ...rows, ...notYet])].join('\n');
}

function primitivesTable(primitives: readonly Primitive[]): string {
  const rows = primitives.map(({ name, ns }) => [name.replaceAll('`', ''), short(ns)]);
  return ['', paint.bold('What they are made of'), columnsOf([['', 'ns'], ...rows])].join('\n');
}
