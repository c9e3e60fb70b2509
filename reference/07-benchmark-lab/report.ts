// Results for people and for programs.

import { pageOf } from './page.ts';
import type { ScenarioResult } from './result.ts';
import { mad, type Ratio, type Verdict } from './statistics.ts';

/** For the terminal, for programs, for a merge request, for a browser. */
export type Format = 'table' | 'json' | 'markdown' | 'html';

/** What is known of a subject, in the unit of its scenario. */
export interface Row {
  readonly name: string;
  readonly value: number;
  /** Of single samples. */
  readonly mad: number;
  readonly samples: number;
  /** Of this subject to the first of the scenario. */
  readonly ratio: Ratio;
  readonly verdict: Verdict;
}

const FORMATS: Readonly<Record<Format, (results: readonly ScenarioResult[]) => string>> = {
  table: (results) => results.map(tableOf).join('\n\n'),
  json: (results) => JSON.stringify(results.map(plain), null, 2),
  markdown: (results) => results.map(markdownOf).join('\n\n'),
  html: pageOf,
};

/** @throws RangeError if there is no such format */
export function formatReport(results: readonly ScenarioResult[], format: Format): string {
  if (!Object.hasOwn(FORMATS, format)) {
    throw new RangeError(`format must be one of ${Object.keys(FORMATS).join(', ')}, received ${String(format)}`);
  }
  return FORMATS[format](results);
}

/** What a report says of each subject, in the order of the scenario. */
export function rowsOf(result: ScenarioResult): Row[] {
  const [first] = result.measured;
  return result.measured.map((name) => {
    const samples = result.samplesOf(name);
    return {
      name,
      value: result.valueOf(name),
      mad: mad(samples),
      samples: samples.length,
      ratio: result.ratio(name, first!),
      verdict: name === first ? 'level' : result.verdict(name, first!),
    };
  });
}

function plain(result: ScenarioResult) {
  const { name, unit } = result.scenario;
  const failures = Object.fromEntries([...result.failures].map(([subject, { message }]) => [subject, message]));
  const subjects = rowsOf(result).map((row) => ({ ...row, figures: result.figuresOf(row.name) }));
  return { name, unit, aa: result.aa, subjects, failures };
}

function cellsOf(result: ScenarioResult): string[][] {
  const head = ['', result.scenario.unit, '± MAD', 'ratio', '99% interval', 'verdict'];
  const rows = rowsOf(result).map(({ name, value, mad, ratio: { ratio, interval }, verdict }) => {
    return [name, short(value), short(mad), short(ratio), interval.map(short).join(' to '), verdict];
  });
  const failed = [...result.failures].map(([name, { message }]) => [name, `not measured: ${message}`, '', '', '', '']);
  return [head, ...rows, ...failed];
}

function tableOf(result: ScenarioResult): string {
  const cells = cellsOf(result);
  const widths = cells[0]!.map((_, column) => Math.max(...cells.map((row) => row[column]!.length)));
  const lines = cells.map((row) => row.map((cell, column) => cell.padEnd(widths[column]!)).join('  ').trimEnd());
  return [result.scenario.name, ...lines].join('\n');
}

function markdownOf(result: ScenarioResult): string {
  const [head, ...rows] = cellsOf(result).map((row) => `| ${row.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`);
  return [`### ${result.scenario.name}`, '', head, '| --- | ---: | ---: | ---: | ---: | --- |', ...rows].join('\n');
}

/** Three digits: the fourth was never known. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return value > 0 ? '∞' : '?';
  return Math.abs(value) >= 1_000 ? Math.round(value).toLocaleString('en') : String(Number(value.toPrecision(3)));
}
