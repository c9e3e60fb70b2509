// For tests: what must hold of a loader between any two operations.

import { type Entries, type Entry, NONE } from './entries.ts';
import { entriesOf, type LazyMetadataLoader } from './lazy-loader.ts';

/** Throws an error that says which key is not as it should be, and why. O(keys and edges). */
export function checkInvariants(loader: LazyMetadataLoader): void {
  const entries = entriesOf(loader);
  for (const entry of entries) {
    for (const violation of violationsOf(entry, entries)) throw new Error(`${entry.key} ${violation}`);
  }
}

function* violationsOf(entry: Entry, entries: Entries): Generator<string> {
  const { key, kept, lease, sources, dependants } = entry;
  if (entries.get(key) !== entry) yield 'stands under another key';
  if (entry.isBare) yield 'is bare';
  if (kept !== undefined) {
    if (kept.entry !== entry) yield `keeps a value of ${kept.entry.key}`;
    if (kept.life.dueAt > kept.life.expiresAt) yield 'expires before it is due';
  }
  if (lease !== undefined) {
    if (lease.entry !== entry) yield `is leased to ${lease.entry.key}`;
    if (lease.isOver) yield 'is leased to a load that is over';
    if (lease.isOpening) yield 'is leased to a load that has not found all its needs';
    if (lease.waiters < 1) yield 'is loaded for nobody';
  }
  for (const source of sources) {
    if (entries.get(source.key) !== source) yield `comes from a lost entry of ${source.key}`;
    if (!source.dependants?.has(entry)) yield `is not known to its source ${source.key}`;
  }
  for (const dependant of dependants ?? NONE) {
    if (!dependant.sources.has(entry)) yield `takes ${dependant.key} for a dependant`;
  }
}
