// A cache as plain data, and the distrust that such data deserves when it comes back.

import { inspect } from 'node:util';
import { duration, type Milliseconds } from './options.ts';

const VERSION = 1;

/** One entry of a {@link CacheDump}. */
export interface DumpedEntry {
  readonly key: string;
  readonly value?: unknown;
  /** What was left of its life; absent if that never ends. An instant would mean nothing to another clock. */
  readonly ttlMs?: Milliseconds;
}

/** Plain data, as fit for JSON as the values are. Weights are not in it: who loads it weighs anew. */
export interface CacheDump {
  readonly version: typeof VERSION;
  /** Those that would be kept longest first. */
  readonly entries: readonly DumpedEntry[];
}

type Entry = Required<DumpedEntry>;

export function dumpOf(entries: readonly Entry[]): CacheDump {
  // JSON has no Infinity.
  const plain = ({ ttlMs, ...entry }: Entry) => (ttlMs === Infinity ? entry : { ...entry, ttlMs });
  return { version: VERSION, entries: entries.map(plain) };
}

/**
 * The entries of what claims to be a dump.
 *
 * @throws TypeError or RangeError that names the first place where something is wrong, and what stands there
 */
export function entriesOf(dump: unknown): readonly Entry[] {
  const { version, entries } = record('dump', dump);
  if (version !== VERSION) throw new RangeError(must('dump.version', `be ${VERSION}`, version));
  if (!Array.isArray(entries)) throw new TypeError(must('dump.entries', 'be an array', entries));
  const keys = new Set<string>();
  return Array.from(entries, (entry: unknown, i) => {
    const place = `dump.entries[${i}]`;
    const { key, value, ttlMs = Infinity } = record(place, entry);
    if (typeof key !== 'string') throw new TypeError(must(`${place}.key`, 'be a string', key));
    if (keys.has(key)) throw new RangeError(must(`${place}.key`, 'not repeat an earlier one', key));
    keys.add(key);
    return { key, value, ttlMs: duration(`${place}.ttlMs`, ttlMs as Milliseconds) };
  });
}

function record(place: string, value: unknown): Record<string, unknown> {
  const isRecord = typeof value === 'object' && value !== null && !Array.isArray(value);
  if (isRecord) return value as Record<string, unknown>;
  throw new TypeError(must(place, 'be an object', value));
}

const must = (place: string, rule: string, received: unknown) =>
  `${place} must ${rule}, received ${inspect(received)}`;
