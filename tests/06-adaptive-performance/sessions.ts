import type { AccessPattern, PredictiveLoader } from '#exercise/06-adaptive-performance';
import { type Deferred, deferred, macrotask } from '../deferred.ts';

/** What loaders ask: it writes down for which keys, and answers at once, or when the test says so. */
export class Backend {
  /** The keys that were asked for, in order, one a call of a loader. */
  readonly asked: string[] = [];
  readonly #held = new Map<string, Deferred<string>>();
  #isHolding = false;

  readonly load = (key: string): Promise<string> | string => {
    this.asked.push(key);
    if (!this.#isHolding) return `value of ${key}`;
    const answer = deferred<string>();
    this.#held.set(key, answer);
    return answer.promise;
  };

  /** From now on nothing is answered by itself. */
  hold(): void {
    this.#isHolding = true;
  }

  async answer(key: string): Promise<void> {
    this.#take(key).resolve(`value of ${key}`);
    await macrotask();
  }

  async fail(key: string): Promise<void> {
    this.#take(key).reject(new Error(`no ${key} today`));
    await macrotask();
  }

  /** What is asked for from now on. */
  forget(): void {
    this.asked.length = 0;
  }

  #take(key: string): Deferred<string> {
    const answer = this.#held.get(key);
    if (!answer) throw new Error(`the loader of ${key} was not called, or was answered already`);
    this.#held.delete(key);
    return answer;
  }
}

/** A backend, and its keys registered. */
export function registered(loader: PredictiveLoader, keys: readonly string[]): Backend {
  const backend = new Backend();
  for (const key of keys) loader.register(key, () => backend.load(key));
  return backend;
}

/** A call that may be rejected long before the test looks: until then nobody need handle it. */
export function watch<T>(call: Promise<T>): Promise<T> {
  call.catch(() => {});
  return call;
}

/** A session that uses `keys` one after the other. */
export function visit(loader: PredictiveLoader, keys: readonly string[]): Promise<void> {
  return loader.session(async () => {
    for (const key of keys) await loader.load(key, () => key);
  });
}

/** So many sessions one after the other. */
export async function learn(loader: PredictiveLoader, keys: readonly string[], times: number): Promise<void> {
  for (let i = 0; i < times; i++) {
    await visit(loader, keys);
    if (i % 20 === 0) await macrotask(); // promises alone never let the event loop go round
  }
}

/** The patterns of one kind, in the order of their keys. */
export const patternsOf = (loader: PredictiveLoader, kind: AccessPattern['kind']) =>
  loader
    .analyzeAccessPatterns()
    .filter((pattern) => pattern.kind === kind)
    .sort((a, b) => (a.key < b.key ? -1 : 1));
