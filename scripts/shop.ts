import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { progressLine } from './kit/bench/screen.ts';
import { findRoot } from './kit/catalogue.ts';
import { EXIT, type ExitCode, positiveOption, run, UsageError } from './kit/command.ts';
import { publish } from './kit/docs/results.ts';
import { columnsOf } from './kit/screen.ts';
import { CONNECTIONS, type Cost, requireSame, visit } from './kit/shop/load.ts';
import { type Measured, measure, type Part, type Parts, reportOf } from './kit/shop/measure.ts';
import { BuiltShop, ShopError } from './kit/shop/process.ts';
import { paint } from './kit/terminal.ts';

/** What is plugged into the shop, by the folders of their exercises. */
const PARTS = [
  '01-metadata-cache',
  '02-lazy-loader',
  '03-batch-processor',
  '05-performance-monitor',
  '08-production-monitor',
];

await run(
  {
    line: 'npm run shop [-- --serve] [-- --reference] [-- --json]',
    about: [
      'The shop of exercise 0 over HTTP, on this machine only, before and after your',
      'cache, loader, batcher and monitors are plugged in; solutions stand in for what',
      'is unfinished. autocannon asks both for pages, in turns. Ctrl-C ends it with',
      'what was measured until then.',
    ].join('\n'),
    options: {
      serve: { type: 'boolean', help: 'keeps both open for a visitor, and names the dashboard' },
      reference: { type: 'boolean', help: 'with the references in it, and not with yours' },
      port: { type: 'string', default: '9464', help: 'where the dashboard is, with --serve; 0 for any that is free' },
      seconds: { type: 'string', default: '60', help: 'how long the measuring may take, about' },
      json: { type: 'boolean', help: 'prints one JSON object and nothing else' },
      publish: { type: 'boolean', help: 'for authors: into docs/results too, where the study guide has its figures from' },
    },
    words: [0, 0],
  },
  async (_words, { serve, reference, port, seconds, json, publish: isPublic }) => {
    const stop = new AbortController();
    for (const signal of ['SIGINT', 'SIGTERM', 'SIGHUP'] as const) process.once(signal, () => stop.abort());
    const limits = { port: integer('--port', port, 65_535), seconds: positiveOption('seconds', seconds) };
    const root = findRoot();
    const built = await BuiltShop.of(root, reference ? 'reference' : 'exercises').catch((error: unknown) => {
      if (!stop.signal.aborted) throw error; // a Ctrl-C ends the compiler, too
    });
    if (!built) return EXIT.ok;
    try {
      if (serve) return await show(built, limits.port, stop.signal);
      await tryOut(built);
      const progress = progressLine();
      const onProgress = (share: number) => progress.show({ workload: 'the shop', number: 1, of: 1, share });
      const measuring = { seconds: limits.seconds, signal: stop.signal, onProgress };
      const measured = await measure(built, measuring).finally(progress.stop);
      if (isPublic) publish(root, 'shop', `npm run shop${reference ? ' -- --reference' : ''}`, reportOf(measured));
      if (json) console.log(JSON.stringify(reportOf(measured)));
      else console.log(`${screenOf(measured)}\n\n${paint.dim(reference ? 'With the references.' : whose(root))}`);
      return EXIT.ok;
    } catch (error) {
      if (!(error instanceof ShopError)) throw error;
      console.error(`${paint.red('✖')} ${error.message}`);
      return EXIT.failed;
    } finally {
      built.remove();
    }
  },
);

/** @throws ShopError if a part is wrong: better now than when all has been measured */
async function tryOut(built: BuiltShop): Promise<void> {
  const open = built.open({ shops: ['before', 'after'], isWatched: true, isProfiled: true, monitorPort: 0 });
  const { shops } = await open.addresses;
  await requireSame(shops.before!, shops.after!);
  open.close();
}

// ---- Show -----------------------------------------------------------------------------------------------

async function show(built: BuiltShop, monitorPort: number, signal: AbortSignal): Promise<ExitCode> {
  const open = built.open({ shops: ['before', 'after'], isWatched: true, isProfiled: true, monitorPort });
  const { shops, monitor } = await open.addresses.catch((error: Error) => {
    if (!error.message.includes('EADDRINUSE')) throw error;
    throw new UsageError(`port ${monitorPort} is taken; --port takes another, or 0 for any that is free`);
  });
  console.log(`before:    ${shops.before}/products/1`);
  console.log(`after:     ${shops.after}/products/1`);
  console.log(`dashboard: ${paint.cyan(`${monitor}/dashboard`)}; Ctrl-C ends it`);
  await visit([shops.before!, shops.after!], signal);
  return EXIT.ok;
}

// ---- Measure --------------------------------------------------------------------------------------------

function screenOf(measured: Measured): string {
  const report = reportOf(measured);
  if (!report) return 'Ended before there was anything to tell';
  const { rounds, before, after, speedup, watching, profiling, doubt } = report;
  const whole = (value: number) => Math.round(value).toLocaleString('en');
  const ms = (value: number) => `${value.toFixed(1)} ms`;
  const times = (value: number) => value.toFixed(2);
  const percent = (share: number) => `${(100 * share).toFixed(1)}%`;
  const row = (name: string, of: keyof Cost, show: (value: number) => string) => {
    return [name, show(before[of]), show(after[of]), times(after[of] / before[of])];
  };
  const costs = (name: string, { ofThroughput, ofProcessor }: Parts) => {
    const partOf = ({ share, interval: [low, high] }: Part) => {
      return `${percent(share)} (${percent(low)} to ${percent(high)})`;
    };
    return [name, partOf(ofThroughput), partOf(ofProcessor)];
  };
  return [
    paint.bold(`The shop over HTTP · ${CONNECTIONS} connections, ${rounds} rounds`),
    columnsOf([
      ['', 'before', 'after', 'after ÷ before'],
      row('requests a second', 'perSecond', whole),
      row('p50', 'p50Ms', ms),
      row('p99', 'p99Ms', ms),
      row('processor a request', 'processorUs', (us) => `${whole(us)} µs`),
    ]),
    '',
    speedup.interval[0] > doubt.inThroughput
      ? `${times(speedup.ratio)} times as many (${speedup.interval.map(times).join(' to ')}).`
      : 'Inconclusive: with more --seconds, or less beside it, it may be told.',
    `The shop against itself: off by ${percent(doubt.inThroughput - 1)} of the throughput,`,
    `and ${percent(doubt.inProcessor - 1)} of the processor.`,
    '',
    columnsOf([
      ['what it costs', 'of the throughput', 'of the processor'],
      costs('to watch (8)', watching),
      costs('and profile (5)', profiling),
    ]),
  ].join('\n');
}

/** Which of the parts are the learner's. */
function whose(root: string): string {
  const isYours = (folder: string) => {
    const files = readdirSync(join(root, 'exercises', folder)).filter((name) => name.endsWith('.ts'));
    return !files.some((name) => /\btodo\('/.test(readFileSync(join(root, 'exercises', folder, name), 'utf8')));
  };
  const numbersOf = (folders: readonly string[]) => folders.map((folder) => Number(folder.slice(0, 2))).join(', ');
  const yours = PARTS.filter(isYours);
  const others = PARTS.filter((folder) => !yours.includes(folder));
  if (others.length === 0) return 'With your exercises throughout.';
  const solutions = `the solutions of ${numbersOf(others)}`;
  return yours.length > 0 ? `With your exercises ${numbersOf(yours)}, and ${solutions}.` : `With ${solutions}.`;
}

function integer(name: string, text: string, most: number): number {
  if (/^\d+$/.test(text) && Number(text) <= most) return Number(text);
  throw new UsageError(`${name} must be an integer from 0 to ${most}, received ${text}`);
}
