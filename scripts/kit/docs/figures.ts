import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import type { LoadTestResults, MemoryTestResults, Percentiles } from '../../../reference/07-benchmark-lab/index.ts';
import type { Claim, NotYet } from '../bench/claims.ts';
import type { Length } from '../bench/lengths.ts';
import type { Primitive } from '../bench/primitives.ts';
import type { BenchReport } from '../bench/report.ts';
import type { Benched } from '../bench/run.ts';
import { short } from '../bench/screen.ts';
import type { Way } from '../bench/ways.ts';
import type { Report as ShopReport } from '../shop/measure.ts';
import { writeWhole } from '../store.ts';
import { readResults, type Results } from './results.ts';

/** A place in a chapter that is written by {@link writeFigures}, and what it is to be filled with. */
const BLOCK = /(<!-- figures: ([\w-]+) -->\n)[^]*?(<!-- end of figures -->)/g;

const TABLES: Readonly<Record<string, (figures: never) => string>> = {
  claims: claimsTable,
  'hit-ratios': (figures: HitRatioFigures) => hitRatiosTable(figures, ['LRU', 'flru', 'sieve-cache', 'reference']),
  lengths: lengthsTable,
  load: loadTable,
  memory: memoryTable,
  mutation: mutationTable,
  policies: (figures: HitRatioFigures) => hitRatiosTable(figures, ['LRU', 'SIEVE', 'S3-FIFO']),
  primitives: primitivesTable,
  shop: shopTable,
  ways: waysTable,
};

/** The chapters whose figures are not those that are committed in docs/results, with what they should be. */
export function outdatedChapters(root: string): { path: string; text: string }[] {
  const guide = join(root, 'docs/guide');
  return readdirSync(guide)
    .filter((name) => name.endsWith('.md'))
    .flatMap((name) => {
      const before = readFileSync(join(guide, name), 'utf8');
      const text = before.replace(BLOCK, (_, head: string, results: string, tail: string) => `${head}${block(root, results)}${tail}`);
      return text === before ? [] : [{ path: relative(root, join(guide, name)), text }];
    });
}

/** @returns the paths of the chapters that had others */
export function writeFigures(root: string): string[] {
  return outdatedChapters(root).map(({ path, text }) => {
    writeWhole(join(root, path), text);
    return path;
  });
}

function block(root: string, name: string): string {
  const file = name === 'policies' ? 'hit-ratios' : name; // of which they are a part
  const results = readResults(root, file);
  if (results === undefined) throw new Error(`there is no docs/results/${file}.json for <!-- figures: ${name} -->`);
  const table = (TABLES[name] ?? benchTable)(results.figures as never);
  return `${table}\n\n${origin(results)}\n`;
}

function origin({ command, measuredOn, machine }: Results): string {
  return `*Measured by \`${command}\` on ${measuredOn}: ${machine}.*`;
}

// ---- Tables -------------------------------------------------------------------------------------------------

const REFERENCE = 'reference/';

type BenchFigures = BenchReport & Pick<Benched, 'judged'>;

function benchTable({ workloads, judged }: BenchFigures): string {
  const subjects = [...new Set(workloads.flatMap((workload) => Object.keys(workload.subjects)))].filter((name) => name !== 'yours');
  const heads = workloads.map(({ name, unit }) => `${name}, ${unit === 'ns/op' ? 'ns' : 'B'}`);
  const rows = subjects.map((subject) => [subject, ...workloads.map((workload) => cell(workload.subjects[subject]))]);
  const verdicts = workloads.map((workload) => verdictCell(workload, judged[workload.name]));
  return markdown(['', ...heads], [...rows, ['verdict on the reference', ...verdicts]]);
}

function cell(value: number | string | undefined): string {
  return typeof value === 'number' ? short(value) : '–';
}

/** `0.86 (0.82–0.93), ahead of lru-cache`. */
function verdictCell({ ratios, verdict }: BenchReport['workloads'][number], judged = ''): string {
  const ratio = ratios[judged];
  if (ratio === undefined || !judged.startsWith(REFERENCE)) return '–';
  const told = { ahead: 'ahead of', behind: 'behind', level: 'level with', inconclusive: 'beside' }[verdict];
  const bounds = ratio.interval.map((bound) => bound.toFixed(2)).join('–');
  return `${ratio.ratio.toFixed(2)} (${bounds}), ${told} ${judged.slice(REFERENCE.length)}`;
}

function claimsTable({ claims, notYet }: { claims: readonly Claim[]; notYet: readonly NotYet[] }): string {
  const rows = claims.map(({ says, exercise, how, measured, holds }) => [says, String(exercise), how, measured, holds ? 'yes' : 'no']);
  const open = notYet.map(([says, exercise]) => [says, String(exercise), '', '', 'not yet']);
  return markdown(['claimed', 'exercise', 'how', 'measured', 'holds'], [...rows, ...open]);
}

interface Memory {
  readonly allocations: readonly { readonly name: string; readonly bytesPerOperation: number }[];
  readonly leak: MemoryTestResults;
}

function memoryTable({ allocations, leak }: Memory): string {
  const rows = allocations.map(({ name, bytesPerOperation }) => [`allocated for an operation: ${name}`, short(bytesPerOperation)]);
  const left = `left by a cache that was filled and dropped, of ${leak.readings.length}`;
  return markdown(['', 'bytes'], [...rows, [left, leak.interval.map(short).join(' to ')]]);
}

/** Hits ÷ requests of each trace, by the name of a cache. */
interface HitRatioFigures {
  readonly requests: number;
  readonly traces: readonly { readonly traffic: string; readonly entries: number; readonly ratios: Readonly<Record<string, number>> }[];
}

/** In per cent, the best of each row in bold; beside them what is possible for who knows the future. */
function hitRatiosTable({ traces }: HitRatioFigures, caches: readonly string[]): string {
  const percent = (ratio: number) => (100 * ratio).toFixed(1);
  const rows = traces.map(({ traffic, entries, ratios }) => {
    const best = Math.max(...caches.map((cache) => ratios[cache]!));
    const cells = caches.map((cache) => (ratios[cache] === best ? `**${percent(best)}**` : percent(ratios[cache]!)));
    return [`${traffic}, ${entries.toLocaleString('en')}`, ...cells, percent(ratios['best possible']!)];
  });
  return markdown(['Traffic, entries kept', ...caches, 'best possible'], rows);
}

function lengthsTable(lengths: readonly Length[]): string {
  const rows = lengths.map(({ name, encoded, deflated }) => [name, cell(encoded), cell(deflated)]);
  return markdown(['', 'encoded, B', 'deflated, B'], rows);
}

function loadTable({ latencyMs, serviceMs }: LoadTestResults): string {
  const row = (name: string, { p50, p95, p99, max }: Percentiles) => [name, ...[p50, p95, p99, max].map(short)];
  return markdown(['', 'p50, ms', 'p95', 'p99', 'longest'], [row('from when it was due', latencyMs), row('from when it was begun', serviceMs)]);
}

/** By the number of the exercise. */
export type MutationFigures = Readonly<Record<string, { readonly killed: number; readonly of: number }>>;

function mutationTable(figures: MutationFigures): string {
  const rows = Object.entries(figures).map(([exercise, { killed, of }]) => [exercise, String(killed), String(of), `${((100 * killed) / of).toFixed(1)}%`]);
  return markdown(['exercise', 'killed', 'of', ''], rows);
}

function primitivesTable(primitives: readonly Primitive[]): string {
  return markdown(['', 'ns'], primitives.map(({ name, ns }) => [name, short(ns)]));
}

function shopTable({ before, after, watching, profiling }: ShopReport): string {
  const costs: readonly (readonly [name: string, of: (cost: ShopReport['before']) => string])[] = [
    ['requests a second', ({ perSecond }) => short(perSecond)],
    ['p50, ms', ({ p50Ms }) => short(p50Ms)],
    ['p99, ms', ({ p99Ms }) => short(p99Ms)],
    ['processor for a request, µs', ({ processorUs }) => short(processorUs)],
  ];
  const percent = (share: number) => (100 * share).toFixed(1);
  const part = ({ share, interval: [low, high] }: ShopReport['watching']['ofThroughput']) =>
    `${percent(share)}% (${percent(low)} to ${percent(high)})`;
  const parts = ({ ofThroughput, ofProcessor }: ShopReport['watching']) => [part(ofThroughput), part(ofProcessor)];
  return [
    markdown(['', 'before', 'after'], costs.map(([name, of]) => [name, of(before), of(after)])),
    markdown(
      ['what it costs', 'of the throughput', 'of the processor'],
      [
        ['to time each request: exercise 8', ...parts(watching)],
        ['and to look into it: exercise 5', ...parts(profiling)],
      ],
    ),
  ].join('\n\n');
}

function waysTable(ways: readonly Way[]): string {
  const head = ['', 'equal, and one is named', 'different, and the wrong one is named', 'different, and neither is', 'time on that clock, s'];
  const rows = ways.map(({ name, equalNamed, wrongNamed, missed, seconds }) => [name, ...[equalNamed, wrongNamed, missed, seconds].map(String)]);
  return markdown(head, rows);
}

function markdown(head: readonly string[], rows: readonly (readonly string[])[]): string {
  const line = (cells: readonly string[]) => `| ${cells.join(' | ')} |`;
  return [line(head), line(head.map(() => '---')), ...rows.map(line)].join('\n');
}
