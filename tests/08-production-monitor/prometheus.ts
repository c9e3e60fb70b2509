import { expect } from 'vitest';
import type { Labels, MetricSnapshot } from '#exercise/08-production-monitor';
import { textOf } from './metrics.ts';

/** A metric of a page in Prometheus's text format. */
export interface Family {
  readonly name: string;
  readonly type: string;
  readonly help: string;
  /** By name and labels: `requests_total [["route","/cart"]]`. */
  readonly samples: Map<string, number>;
}

const NAME = '[a-zA-Z_:][a-zA-Z0-9_:]*';
const PAIR = '[a-zA-Z_][a-zA-Z0-9_]*="(?:[^"\\\\\\n]|\\\\[\\\\"n])*"';
const HELP = new RegExp(`^# HELP (${NAME})(?: (.*))?$`);
const TYPE = new RegExp(`^# TYPE (${NAME}) (counter|gauge|histogram)$`);
const SAMPLE = new RegExp(`^(${NAME})(?:\\{((?:${PAIR}(?:,${PAIR})*,?)?)\\})? (\\S+)$`);
/** What is passed over: an empty line, a comment. */
const NOTHING = /^(?:#(?! (?:HELP|TYPE) ).*)?$/;
const NUMBER = /^(?:[+-]?(?:\d+\.?\d*|\.\d+)(?:e[+-]?\d+)?|NaN|[+-]Inf)$/i;

/**
 * Reads the text format, version 0.0.4, as strictly as it may be read.
 *
 * @throws SyntaxError with the line that is wrong
 */
export function parseMetrics(text: string): Family[] {
  const families: Family[] = [];
  const lines = text.split('\n');
  if (lines.pop() !== '') throw new SyntaxError('the last line does not end');
  let help: { name: string; text: string } | undefined;
  for (const line of lines.filter((line) => !NOTHING.test(line))) {
    const wrong = (why: string) => new SyntaxError(`${why}: ${line}`);
    const [, helped, helpText = ''] = HELP.exec(line) ?? [];
    const [, typed, type] = TYPE.exec(line) ?? [];
    const [, sampled, pairs = '', number = ''] = SAMPLE.exec(line) ?? [];
    if (helped !== undefined) {
      if (help || families.some(({ name }) => name === helped)) throw wrong('one HELP too many');
      help = { name: helped, text: unescaped(helpText, /\\(.?)/g, '\\n') };
    } else if (typed !== undefined) {
      if (help && help.name !== typed) throw wrong(`a TYPE after the HELP of ${help.name}`);
      if (families.some(({ name }) => name === typed)) throw wrong('one TYPE too many');
      families.push({ name: typed, type: type!, help: help?.text ?? '', samples: new Map() });
      help = undefined;
    } else if (sampled !== undefined) {
      const family = families.at(-1);
      const ends = family?.type === 'histogram' ? ['_bucket', '_sum', '_count'] : [''];
      const names = ends.map((end) => `${family?.name}${end}`);
      if (help || !names.includes(sampled)) throw wrong(`a sample among those of ${family?.name}`);
      if (!NUMBER.test(number)) throw wrong('no number');
      const labels = labelsOf(pairs, wrong);
      const key = `${sampled} ${textOf(labels)}`;
      if (family!.samples.has(key)) throw wrong('a second sample of the same series');
      family!.samples.set(key, valueOf(number));
    } else {
      throw wrong('neither HELP, TYPE nor a sample');
    }
  }
  if (help) throw new SyntaxError(`a HELP without a TYPE: ${help.name}`);
  return families;
}

function labelsOf(pairs: string, wrong: (why: string) => SyntaxError): Labels {
  const labels: [string, string][] = [...pairs.matchAll(new RegExp(PAIR, 'g'))].map(([pair]) => {
    const at = pair.indexOf('=');
    return [pair.slice(0, at), unescaped(pair.slice(at + 2, -1), /\\(.?)/g, '\\"n')];
  });
  if (new Set(labels.map(([label]) => label)).size < labels.length) throw wrong('a label twice');
  return Object.fromEntries(labels);
}

function unescaped(text: string, escape: RegExp, known: string): string {
  return text.replaceAll(escape, (all, character: string) => {
    if (character === '' || !known.includes(character)) throw new SyntaxError(`nobody knows the escape ${all}`);
    return character === 'n' ? '\n' : character;
  });
}

function valueOf(number: string): number {
  const infinite = /^([+-])Inf$/i.exec(number);
  return infinite ? Number(`${infinite[1]}Infinity`) : Number(number);
}

/** What the page should say. */
export function familiesOf(metrics: readonly MetricSnapshot[]): Family[] {
  return metrics.map((metric) => {
    const { name, type, help } = metric;
    const samples = new Map<string, number>();
    for (const series of metric.series) {
      const add = (end: string, labels: Labels, value: number) =>
        samples.set(`${name}${end} ${textOf(labels)}`, value);
      const { labels } = series;
      if ('value' in series) {
        add('', labels, series.value);
        continue;
      }
      for (const { le, count } of series.buckets) add('_bucket', { ...labels, le: String(le) }, count);
      add('_bucket', { ...labels, le: '+Inf' }, series.count);
      add('_sum', labels, series.sum);
      add('_count', labels, series.count);
    }
    return { name, type, help, samples };
  });
}

/** The page, read, is the metrics. */
export function expectSame(text: string, metrics: readonly MetricSnapshot[]): void {
  const plain = (families: readonly Family[]) =>
    families.map(({ samples, ...rest }) => {
      return { ...rest, samples: [...samples].map((pair) => pair.join(' = ')).toSorted() };
    });
  expect(plain(parseMetrics(text)), 'what a server reads').toEqual(plain(familiesOf(metrics)));
}
