import { AsyncLocalStorage } from 'node:async_hooks';
import { setMaxListeners } from 'node:events';
import { performance } from 'node:perf_hooks';
import { deflateRawSync } from 'node:zlib';
import { LocalStation, median, randomNumbers } from '../../../reference/07-benchmark-lab/index.ts';

/** What programs like those of the exercises are made of, and what it takes. */
export interface Primitive {
  readonly name: string;
  readonly ns: number;
}

const OPERATIONS = 1_000;
const SAMPLES = 15;

/** What was computed, so that it has to be. */
let result: unknown;
let sum = 0;

async function awaited(): Promise<void> {
  for (let i = 0; i < OPERATIONS; i++) result = await new Promise((resolve) => resolve(i));
}

const keys = Array.from({ length: 10_000 }, (_, i) => `key ${i}`);
/** All of them in no order, a thousand at a time: or the processor would have what is asked for at hand. */
const random = randomNumbers(1);
const places = Uint16Array.from({ length: 20 * OPERATIONS }, () => random() * keys.length);
let asked = 0;
const map = new Map(keys.map((key, i) => [key, i]));
const text = Buffer.from('{"type":"number","nullable":false}');
const storage = new AsyncLocalStorage<number>();

/**
 * Each has a loop of its own: in one that all shared, the call would be what is measured. The storage comes last, for
 * once one has been used, each promise of the process is dearer.
 */
const RUNS: Readonly<Record<string, () => unknown>> = {
  '`Map.get`, one of 10,000 strings'() {
    for (let i = 0; i < OPERATIONS; i++) result = map.get(keys[places[asked++ % places.length]!]!);
  },
  '`performance.now()`'() {
    for (let i = 0; i < OPERATIONS; i++) result = performance.now();
  },
  '`process.hrtime.bigint()`'() {
    for (let i = 0; i < OPERATIONS; i++) result = process.hrtime.bigint();
  },
  '`Math.log2`'() {
    for (let i = 0; i < OPERATIONS; i++) sum += Math.log2(i + 1.5);
  },
  'a promise, made and awaited': awaited,
  '`new AbortController()`, and its signal'() {
    for (let i = 0; i < OPERATIONS; i++) result = new AbortController().signal;
  },
  'the same, told not to warn of listeners'() {
    for (let i = 0; i < OPERATIONS; i++) setMaxListeners(0, new AbortController().signal);
  },
  [`\`deflateRawSync\` of ${text.length} bytes`]() {
    for (let i = 0; i < OPERATIONS; i++) result = deflateRawSync(text);
  },
  '`AsyncLocalStorage.run`'() {
    const read = () => storage.getStore();
    for (let i = 0; i < OPERATIONS; i++) result = storage.run(i, read);
  },
  'a promise, made and awaited, once one is in use': () => storage.run(1, awaited),
};

export async function measurePrimitives(): Promise<Primitive[]> {
  const primitives: Primitive[] = [];
  for (const [name, run] of Object.entries(RUNS)) {
    const station = new LocalStation({ run }, { unit: 'ns/op', operations: OPERATIONS });
    await station.warm();
    const samples: number[] = [];
    for (let i = 0; i < SAMPLES; i++) samples.push((await station.sample()).value);
    primitives.push({ name, ns: Number(median(samples).toPrecision(3)) });
  }
  return primitives;
}
