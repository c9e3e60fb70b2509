import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { fingerprint } from '../../../reference/07-benchmark-lab/index.ts';
import { writeWhole } from '../store.ts';

/** What was measured, as it is committed: the study guide takes its figures from here, and nowhere else. */
export interface Results<Figures = unknown> {
  /** The command that measures it anew. */
  readonly command: string;
  /** A day, as in `2026-11-21`. */
  readonly measuredOn: string;
  readonly machine: string;
  readonly figures: Figures;
}

const pathOf = (root: string, name: string) => join(root, 'docs/results', `${name}.json`);

/** @throws StoreError */
export function publish(root: string, name: string, command: string, figures: unknown): void {
  const measuredOn = new Date().toISOString().slice(0, 10);
  const results: Results = { command, measuredOn, machine: fingerprint(), figures };
  writeWhole(pathOf(root, name), `${JSON.stringify(results, null, 2)}\n`);
}

/** What was published by that name, if anything was. */
export function readResults(root: string, name: string): Results | undefined {
  const path = pathOf(root, name);
  return existsSync(path) ? (JSON.parse(readFileSync(path, 'utf8')) as Results) : undefined;
}
