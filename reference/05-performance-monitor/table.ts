// A table for people. `JSON.stringify(report)` is for machines.

import type { PerformanceMetrics, PerformanceReport } from './options.ts';

type Measure = Exclude<keyof PerformanceMetrics, 'operation' | 'gc' | 'heapGrowthBytes'>;

const COUNTS: readonly (readonly [title: string, measure: Measure])[] = [
  ['count', 'count'],
  ['errors', 'errors'],
];
const MEASURES: readonly (readonly [title: string, measure: Measure])[] = [
  ['per second', 'ratePerSecond'],
  ['total ms', 'totalMs'],
  ['self ms', 'selfMs'],
  ['mean ms', 'meanMs'],
  ['p50 ms', 'p50Ms'],
  ['p95 ms', 'p95Ms'],
  ['p99 ms', 'p99Ms'],
  ['max ms', 'maxMs'],
];

/** A line for each operation, the largest self time first; times to three digits. */
export function formatReport({ operations }: PerformanceReport): string {
  const columns = [...COUNTS, ...MEASURES];
  const table = [['operation', ...columns.map(([title]) => title)]];
  for (const metrics of [...operations].sort((one, other) => other.selfMs - one.selfMs)) {
    const counts = COUNTS.map(([, measure]) => String(metrics[measure]));
    const measures = MEASURES.map(([, measure]) => threeDigits(metrics[measure]));
    table.push([printable(metrics.operation), ...counts, ...measures]);
  }
  const widths = table[0]!.map((_, i) => table.reduce((width, line) => Math.max(width, line[i]!.length), 0));
  const aligned = (cell: string, i: number) =>
    i === 0 ? cell.padEnd(widths[i]!) : cell.padStart(widths[i]!);
  return table.map((line) => line.map(aligned).join('  ')).join('\n');
}

/** At least three digits that mean something, never an exponent: 0.00123, 12.3, 123457. @internal */
export function threeDigits(value: number): string {
  if (value === 0) return '0';
  const digitsBefore = Math.floor(Math.log10(value)) + 1;
  return value.toFixed(Math.min(100, Math.max(0, 3 - digitsBefore)));
}

/**
 * A name without what would break a line, steer a terminal, or must not stand in XML even as an entity:
 * controls, halves of surrogate pairs, what is assigned to no character, and the separators of lines and
 * paragraphs.
 *
 * @internal
 */
export function printable(name: string): string {
  return name.replaceAll(/[\p{Cc}\p{Cs}\p{Cn}\p{Zl}\p{Zp}]/gu, '\uFFFD');
}
