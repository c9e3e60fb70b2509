// The same contract from other parts: no order of use but a stamp for each key, capacity that moves an entry at
// a time by fading averages, followers as windows of the latest ones, prefetching by the latest outcomes, a tuner
// that is one generator, a rank test, and a table of scenarios for predictors. Misuse is not checked.

import { AsyncLocalStorage } from 'node:async_hooks';
import type { EntryOptions, WarmEntry, WarmReport } from '#contract/01-metadata-cache';
import type { Loader, LoadOptions } from '#contract/02-lazy-loader';
import {
  type AccessPattern,
  type AdaptiveCacheOptions,
  ALERT_READINGS,
  CALM_READINGS,
  EVIDENCE,
  FREQUENT_SHARE,
  GROW_SHARE,
  HIGH_PRESSURE,
  LEAST_CONFIDENCE,
  LEAST_SHARE,
  type LoadMetrics,
  LOW_PRESSURE,
  type MemoryReading,
  type OptimizerOptions,
  type PartitionInfo,
  type PartitionStrategy,
  type PerformanceThresholds,
  type PredictiveLoaderOptions,
  type Predictor,
  PREFETCH_WINDOW,
  type PrefetchReport,
  readMemory,
  REGULAR_JITTER,
  SEQUENCE_PROBABILITY,
  SHRINK_FACTOR,
  TARGET_UTILIZATION,
  type TunableParameter,
} from '#contract/06-adaptive-performance';
import { OptimizedMetadataCache } from '#exercise/01-metadata-cache';
import { LazyMetadataLoader } from '#exercise/02-lazy-loader';

export * from '#contract/06-adaptive-performance';

// ---- The cache -----------------------------------------------------------------------------------------

export function memoryPressure(reading: MemoryReading = readMemory()): number {
  const parts = [reading.heapUsed / reading.heapLimit];
  if (reading.memoryLimit !== undefined && reading.memoryLimit > 0)
    parts.push(reading.rss / reading.memoryLimit);
  return Math.min(1, ...parts.sort((a, b) => b - a).slice(0, 1));
}

interface Room {
  name: string;
  worth: number;
  capacity: number;
  gain: number;
}

export class AdaptiveCache extends OptimizedMetadataCache {
  /** Where each key belongs, and when it was used last; what was warmed is below 0. */
  #uses = new Map<string, { room: string; stamp: number }>();
  #tick = 0;
  #ghosts = new Set<string>();
  #nameOf: (key: string) => string = () => 'all';
  #rooms: Room[];
  #capacity: number;
  #calm = 0;
  #silent = 0;
  #misses = 0;
  readonly #options: AdaptiveCacheOptions;

  constructor(options: AdaptiveCacheOptions) {
    const { maxEntries, minEntries: _, load: __, ...rest } = options;
    super({
      ...rest,
      onEvict: (key, value, reason) => {
        this.#uses.delete(key);
        options.onEvict?.(key, value, reason);
      },
    });
    this.#options = options;
    this.#capacity = maxEntries;
    this.#rooms = [{ name: 'all', worth: 1, capacity: maxEntries, gain: 0 }];
  }

  get capacity(): number {
    return this.#capacity;
  }

  override get<T>(key: string, factory?: () => T): T {
    if (!this.has(key)) this.#onMiss(key);
    const value = super.get(key, factory!);
    this.#stored(key);
    return value;
  }

  override set<T>(key: string, value: T, options: EntryOptions = {}): boolean {
    const isKept = super.set(key, value, options);
    this.#stored(key);
    return isKept;
  }

  override delete(key: string): boolean {
    this.#uses.delete(key);
    return super.delete(key);
  }

  override clear(): void {
    this.#uses.clear();
    super.clear();
  }

  override stats(): ReturnType<OptimizedMetadataCache['stats']> {
    const stats = super.stats();
    return { ...stats, evictions: stats.evictions + this.#silent };
  }

  override resetStats(): void {
    this.#silent = 0;
    super.resetStats();
  }

  adaptCacheSize(pressure: number): void {
    const { maxEntries, minEntries = 1 } = this.#options;
    if (pressure > LOW_PRESSURE) this.#calm = 0;
    else this.#calm++;
    if (pressure >= HIGH_PRESSURE)
      this.#resize(Math.max(minEntries, Math.trunc(this.#capacity * SHRINK_FACTOR)));
    if (this.#calm < CALM_READINGS) return;
    this.#calm = 0;
    this.#resize(Math.min(maxEntries, this.#capacity + Math.max(1, Math.round(maxEntries * GROW_SHARE))));
  }

  override async warm(source: Iterable<WarmEntry> | AsyncIterable<WarmEntry>): Promise<WarmReport> {
    let [stored, skipped] = [0, 0];
    const failed: { key: string; error: unknown }[] = [];
    for await (const [key, load] of source) {
      if (this.size >= this.#capacity) break;
      if (this.has(key)) {
        skipped++;
        continue;
      }
      try {
        const value = await load();
        if (this.has(key) || this.size >= this.#capacity) continue;
        super.set(key, value);
        this.#stamp(key, -++this.#tick);
        stored++;
      } catch (error) {
        failed.push({ key, error });
      }
    }
    return { stored, skipped, failed };
  }

  async warmCache(predictedKeys: readonly string[]): Promise<void> {
    await this.warm(predictedKeys.map((key): WarmEntry => [key, () => this.#options.load!(key)]));
  }

  partitionCache({ partitionOf, shares, worth = {} }: PartitionStrategy): void {
    this.#nameOf = partitionOf;
    this.#rooms = Object.keys(shares).map((name) => ({
      name,
      worth: worth[name] ?? 1,
      capacity: 0,
      gain: 0,
    }));
    this.#share(Object.values(shares));
    for (const [key, { stamp }] of this.#uses) this.#stamp(key, stamp);
  }

  partitions(): PartitionInfo[] {
    this.cleanup();
    return this.#rooms.map((room) => ({
      name: room.name,
      size: this.#censusOf(room).size,
      capacity: room.capacity,
    }));
  }

  #stamp(key: string, stamp: number): void {
    this.#uses.set(key, { room: this.#nameOf(key), stamp });
  }

  #resize(capacity: number): void {
    const shares = this.#rooms.map((room) => room.capacity / this.#capacity);
    this.#capacity = capacity;
    this.#share(shares);
    this.#trim();
  }

  /** The largest remainders get what rounding down leaves. */
  #share(shares: readonly number[]): void {
    const exact = shares.map((share) => share * this.#capacity + 1e-9);
    for (const [index, room] of this.#rooms.entries()) room.capacity = Math.floor(exact[index]!);
    let left = this.#capacity - this.#rooms.reduce((sum, { capacity }) => sum + capacity, 0);
    const byRemainder = [...exact.keys()].sort((a, b) => (exact[b]! % 1) - (exact[a]! % 1));
    for (const index of byRemainder) if (left-- > 0) this.#rooms[index]!.capacity++;
  }

  #stored(key: string): void {
    this.#ghosts.delete(key);
    if (this.has(key)) this.#stamp(key, ++this.#tick);
    else this.#uses.delete(key);
    this.#trim();
  }

  #trim(): void {
    while (this.size > this.#capacity) {
      const censuses = this.#rooms.map((room) => this.#censusOf(room));
      const { coldest } = censuses.sort((a, b) => b.excess - a.excess)[0]!;
      const value = this.peek(coldest);
      this.delete(coldest);
      this.#silent++;
      this.#ghosts.add(coldest);
      if (this.#ghosts.size > this.#capacity) this.#ghosts.delete([...this.#ghosts.keys()][0]!);
      this.#options.onEvict?.(coldest, value, 'capacity');
    }
  }

  #censusOf({ name, capacity }: Room): { size: number; excess: number; coldest: string } {
    let size = 0;
    let coldest = '';
    let least = Infinity;
    for (const [key, { room, stamp }] of this.#uses) {
      if (room !== name) continue;
      size++;
      if (stamp >= least) continue;
      least = stamp;
      coldest = key;
    }
    return { size, excess: size - capacity, coldest };
  }

  #onMiss(key: string): void {
    const missed = this.#rooms.find(({ name }) => name === this.#nameOf(key))!;
    for (const room of this.#rooms) room.gain *= 0.98;
    if (this.#ghosts.has(key)) missed.gain += missed.worth;
    if (++this.#misses % 8 !== 0) return;
    const floor = Math.max(1, Math.floor(this.#capacity * LEAST_SHARE));
    const [taker] = this.#rooms.toSorted((a, b) => b.gain - a.gain);
    const [giver] = this.#rooms.filter(({ capacity }) => capacity > floor).sort((a, b) => a.gain - b.gain);
    if (!taker || !giver || taker === giver || taker.gain < 1.3 * giver.gain + 1) return;
    taker.capacity++;
    giver.capacity--;
  }
}

// ---- The loader ----------------------------------------------------------------------------------------

/** Of each context, what followed it of late. */
class Windows {
  readonly #of = new Map<string, string[]>();

  constructor(readonly limit: number) {}

  push(context: string, next: string): void {
    const window = [...(this.#of.get(context) ?? []), next].slice(-24);
    this.#of.delete(context);
    this.#of.set(context, window);
    while (this.#of.size > this.limit) this.#of.delete(this.#of.keys().next().value!);
  }

  ranking(context: string): string[] {
    const window = this.#of.get(context) ?? [];
    const counts = countBy(window, (key) => key);
    return [...counts.keys()]
      .filter((key) => counts.get(key)! >= 2 && counts.get(key)! / window.length >= LEAST_CONFIDENCE)
      .sort((a, b) => counts.get(b)! - counts.get(a)!);
  }
}

interface Walk {
  readonly keys: string[];
}

interface Step {
  readonly walk: Walk;
  readonly place: number;
  readonly at: number;
}

const keyOf = ({ walk, place }: Step) => walk.keys[place]!;

/** One for all loaders: each storage costs every promise something. */
const walks = new AsyncLocalStorage<readonly { readonly of: PredictiveLoader; readonly walk: Walk }[]>();

export class PredictiveLoader extends LazyMetadataLoader {
  readonly #one: Windows;
  readonly #two: Windows;
  readonly #now: () => number;
  readonly #historySize: number;
  readonly #budget: number;
  #steps: Step[] = [];
  #count = 0;

  readonly #recipes = new Set<string>();
  readonly #known = new Set<string>();
  readonly #open = new Map<string, number>();
  #waiting = 0;
  #idle: (() => void)[] = [];
  #outcomes: boolean[] = [];
  #lastProbe = 0;
  #report = { hits: 0, misses: 0, loads: 0 };

  constructor(options: PredictiveLoaderOptions = {}) {
    const {
      maxContexts = 1_000,
      historySize = 1_000,
      prefetchBudget = 4,
      now = () => performance.now(),
      ...rest
    } = options;
    super(rest);
    this.#one = new Windows(maxContexts);
    this.#two = new Windows(maxContexts);
    this.#now = now;
    this.#historySize = historySize;
    this.#budget = prefetchBudget;
  }

  override register<T>(key: string, loader: Loader<T>, deps: readonly string[] = []): void {
    this.#recipes.add(key);
    super.register(key, loader, deps);
  }

  override load<T>(key: string, loader: Loader<T>, options: LoadOptions = {}): Promise<T> {
    return this.#asked(key, () => super.load(key, loader, options));
  }

  override loadWithDependencies<T>(
    key: string,
    deps: readonly string[],
    loader: Loader<T>,
    options: LoadOptions = {},
  ): Promise<T> {
    return this.#asked(key, () => super.loadWithDependencies(key, deps, loader, options));
  }

  override get<T>(key: string, options: LoadOptions = {}): Promise<T> {
    return this.#asked(key, () => super.get<T>(key, options));
  }

  override invalidate(key: string): string[] {
    const gone = super.invalidate(key);
    for (const key of gone) this.#known.delete(key) && this.#open.delete(key);
    return gone;
  }

  override session<T>(run: () => T): T {
    return walks.run([{ of: this, walk: { keys: [] } }, ...(walks.getStore() ?? [])], run);
  }

  predictNextAccess(currentKey: string): string[] {
    const used = this.#walk()?.keys ?? [];
    const pair =
      used.at(-1) === currentKey && used.length > 1 ? this.#two.ranking(used.slice(-2).join('\n')) : [];
    return pair.length > 0 ? pair : this.#one.ranking(currentKey);
  }

  analyzeAccessPatterns(): AccessPattern[] {
    const steps = this.#steps.slice(-this.#historySize);
    const patterns: AccessPattern[] = [];
    const accesses = countBy(steps, keyOf);
    for (const [key, count] of accesses) {
      const share = count / steps.length;
      if (count >= EVIDENCE && share >= FREQUENT_SHARE)
        patterns.push({ kind: 'frequency', key, accesses: count, share });
    }
    const pairs = countBy(steps, ({ walk, place }) => JSON.stringify(walk.keys.slice(place, place + 2)));
    for (const [pair, times] of pairs) {
      const [key, next] = JSON.parse(pair) as [string, string?];
      const probability = times / accesses.get(key)!;
      if (next === undefined || times < EVIDENCE || probability < SEQUENCE_PROBABILITY) continue;
      patterns.push({ kind: 'sequence', key, next, times, probability });
    }
    for (const key of accesses.keys()) {
      const instants = steps.filter((step) => keyOf(step) === key).map(({ at }) => at);
      const intervals = instants.slice(1).map((at, index) => at - instants[index]!);
      if (intervals.length < EVIDENCE) continue;
      const periodMs = middle(intervals);
      const jitterMs = middle(intervals.map((interval) => Math.abs(interval - periodMs)));
      if (periodMs === 0 || jitterMs / periodMs > REGULAR_JITTER) continue;
      patterns.push({ kind: 'temporal', key, intervals: intervals.length, periodMs, jitterMs });
    }
    return patterns;
  }

  async prefetchBasedOnPatterns(): Promise<void> {
    while (this.#waiting > 0) await new Promise<void>((resolve) => this.#idle.push(resolve));
    const wanted = this.#wanted().filter((key) => this.#recipes.has(key) && !this.#known.has(key));
    const loads = wanted.slice(0, this.#free()).map(async (key) => {
      this.#open.set(key, this.#count);
      this.#known.add(key);
      const [result] = await this.preload([key]);
      if (result?.status === 'loaded') return;
      this.#open.delete(key);
      if (result?.status === 'failed') this.#known.delete(key);
    });
    if (loads.length > 0) this.#lastProbe = this.#count;
    await Promise.all(loads);
  }

  prefetchReport(): PrefetchReport {
    const { hits, misses, loads } = this.#report;
    return { hits, misses, precision: hits / (hits + misses) || 0, recall: hits / (hits + loads) || 0 };
  }

  #walk(): Walk | undefined {
    return walks.getStore()?.find((entry) => entry.of === this)?.walk;
  }

  #wanted(): string[] {
    const walk = this.#walk();
    if (walk) return walk.keys.length === 0 ? [] : this.predictNextAccess(walk.keys.at(-1)!);
    const frequent = this.analyzeAccessPatterns().flatMap((pattern) =>
      pattern.kind === 'frequency' ? [pattern] : [],
    );
    return frequent.sort((a, b) => b.accesses - a.accesses).map(({ key }) => key);
  }

  #free(): number {
    const isBad = this.#outcomes.filter((isHit) => !isHit).length >= 6;
    if (!isBad) return this.#budget - this.#open.size;
    return this.#open.size === 0 && this.#count - this.#lastProbe > 60 ? 1 : 0;
  }

  async #asked<T>(key: string, ask: () => Promise<T>): Promise<T> {
    const answer = ask();
    this.#step(key);
    this.#waiting++;
    try {
      return await answer;
    } catch (error) {
      this.#known.delete(key);
      throw error;
    } finally {
      if (--this.#waiting === 0) for (const wake of this.#idle.splice(0)) wake();
    }
  }

  #step(key: string): void {
    const walk = this.#walk();
    if (!walk || walk.keys.at(-1) === key) return;
    const [before, last] = [walk.keys.at(-2), walk.keys.at(-1)];
    if (last !== undefined) this.#one.push(last, key);
    if (before !== undefined) this.#two.push(`${before}\n${last}`, key);
    this.#steps.push({ walk, place: walk.keys.push(key) - 1, at: this.#now() });
    if (this.#steps.length > 2 * this.#historySize) this.#steps = this.#steps.slice(-this.#historySize);
    this.#count++;
    for (const [open, since] of [...this.#open])
      if (this.#count - since > PREFETCH_WINDOW) this.#ended(open, false);
    if (this.#open.has(key)) this.#ended(key, true);
    else if (!this.#known.has(key)) this.#report.loads++;
    this.#known.add(key);
  }

  #ended(key: string, isHit: boolean): void {
    this.#open.delete(key);
    this.#report[isHit ? 'hits' : 'misses']++;
    this.#outcomes = [...this.#outcomes, isHit].slice(-10);
  }
}

function countBy<T>(items: readonly T[], nameOf: (item: T) => string): Map<string, number> {
  const counts = new Map<string, number>();
  for (const item of items) counts.set(nameOf(item), (counts.get(nameOf(item)) ?? 0) + 1);
  return counts;
}

function middle(numbers: readonly number[]): number {
  const sorted = Float64Array.from(numbers).sort();
  const upper = sorted.length >> 1;
  return sorted.length % 2 === 1 ? sorted[upper]! : (sorted[upper - 1]! + sorted[upper]!) / 2;
}

// ---- The optimizer -------------------------------------------------------------------------------------

const MEASUREMENTS = 5;

/** Of all pairs, at most one in which the later one is not less. */
function isClearlyLess(later: readonly number[], former: readonly number[]): boolean {
  return later.reduce((sum, a) => sum + former.filter((b) => a >= b).length, 0) <= 1;
}

export class RealTimeOptimizer {
  readonly #options: OptimizerOptions;
  readonly #climb: Generator<void>;
  readonly #alarms = new Map<
    string,
    { isBeyond(value: number): boolean; latest: boolean[]; isOn: boolean }
  >();
  #workers: number;
  #asked: number[] = [];

  constructor(options: OptimizerOptions = {}) {
    this.#options = options;
    this.#climb = this.#tune(options.parameters ?? []);
    this.#workers = options.minWorkers ?? 1;
  }

  get workers(): number {
    return this.#workers;
  }

  autoTuneParameters(): void {
    this.#climb.next();
  }

  *#tune(parameters: readonly TunableParameter[]): Generator<void> {
    const values = new Map(parameters.map((parameter) => [parameter, parameter.value]));
    while (parameters.length > 0) {
      for (const parameter of parameters) {
        const { min, max, step, apply } = parameter;
        for (const change of [step, -step]) {
          let former = yield* this.#measure();
          for (;;) {
            const value = values.get(parameter)!;
            const next = Math.min(max, Math.max(min, value + change));
            if (next === value) break;
            apply(next);
            const later = yield* this.#measure();
            if (!isClearlyLess(later, former)) {
              apply(value);
              break;
            }
            values.set(parameter, next);
            former = later;
          }
        }
      }
    }
  }

  *#measure(): Generator<void, number[]> {
    const measured: number[] = [];
    for (let i = 0; i < MEASUREMENTS; i++) {
      measured.push(this.#options.objective!());
      yield;
    }
    return measured;
  }

  setupPerformanceAlerts(thresholds: PerformanceThresholds): void {
    this.#alarms.clear();
    for (const [metric, threshold] of Object.entries(thresholds)) {
      const { above = Infinity, below = -Infinity } = threshold as { above?: number; below?: number };
      this.#alarms.set(metric, {
        isBeyond: (value) => value > above || value < below,
        latest: [],
        isOn: false,
      });
    }
  }

  observe(metrics: Readonly<Record<string, number>>): void {
    for (const [metric, value] of Object.entries(metrics)) {
      const alarm = this.#alarms.get(metric);
      if (!alarm) continue;
      alarm.latest = [...alarm.latest, alarm.isBeyond(value)].slice(-ALERT_READINGS);
      const areAll = (isBeyond: boolean) =>
        alarm.latest.length === ALERT_READINGS && alarm.latest.every((reading) => reading === isBeyond);
      if (!areAll(!alarm.isOn)) continue;
      alarm.isOn = !alarm.isOn;
      this.#options.onAlert?.({ metric, state: alarm.isOn ? 'raised' : 'cleared', value });
    }
  }

  scaleBasedOnLoad({ arrivalsPerSecond, serviceMs }: LoadMetrics): void {
    const { minWorkers = 1, maxWorkers = 64, onScale } = this.#options;
    const exact = (arrivalsPerSecond * serviceMs) / (1_000 * TARGET_UTILIZATION);
    this.#asked.push(Math.max(minWorkers, Math.min(maxWorkers, Math.ceil(exact))));
    const wanted = Math.max(...this.#asked.slice(-CALM_READINGS));
    const isCalm = this.#asked.length >= CALM_READINGS && wanted < this.#workers;
    if (this.#asked.at(-1)! <= this.#workers && !isCalm) return;
    this.#workers = wanted;
    this.#asked = isCalm ? [] : [wanted];
    onScale?.(wanted);
  }
}

// ---- The judge of predictors ---------------------------------------------------------------------------

interface Scenario {
  readonly rule: string;
  /** Sessions, those of one list at the same time. */
  readonly sessions: readonly (readonly string[])[];
  readonly times: number;
  readonly then?: { readonly session: string; readonly times: number };
  readonly asked: readonly { after: string; first?: string; only: string }[];
}

const ANY = 'abcdpqrxy';

const SCENARIOS: readonly Scenario[] = [
  {
    rule: 'what always follows is foreseen',
    sessions: [['abcd']],
    times: 3,
    asked: [
      { after: 'a', first: 'b', only: ANY },
      { after: 'ab', first: 'c', only: ANY },
      { after: 'abc', first: 'd', only: ANY },
    ],
  },
  {
    rule: 'once is chance',
    sessions: [['abcd']],
    times: 1,
    asked: ['a', 'ab', 'abc'].map((after) => ({ after, only: '' })),
  },
  {
    rule: 'what never followed is not foreseen',
    sessions: [
      ['abc', 'pqr'],
      ['abc', 'pqr'],
    ],
    times: 5,
    asked: [
      { after: 'a', only: 'b' },
      { after: 'abc', only: '' },
      { after: 'pqr', only: '' },
    ],
  },
  {
    rule: 'what ended is not gone on with',
    sessions: [['abc']],
    times: 8,
    asked: [{ after: 'abc', only: '' }],
  },
  {
    rule: 'what was long ago is forgotten',
    sessions: [['ab']],
    times: 100,
    then: { session: 'ac', times: 50 },
    asked: [{ after: 'a', first: 'c', only: ANY }],
  },
  {
    rule: 'the key before matters',
    sessions: [['xab'], ['yac']],
    times: 10,
    asked: [
      { after: 'xa', first: 'b', only: ANY },
      { after: 'ya', first: 'c', only: ANY },
    ],
  },
];

export function checkPredictor(make: () => Predictor): void {
  for (const { rule, sessions, times, then, asked } of SCENARIOS) {
    for (const { after, first, only } of asked) {
      const predictor = make();
      let number = 0;
      const sideBySide = (...walks: readonly string[]) => {
        const from = number;
        number += walks.length;
        for (let place = 0; place < 4; place++) {
          for (const [index, walk] of walks.entries()) {
            if (walk[place] !== undefined) predictor.use(`session ${from + index}`, walk[place]!);
          }
        }
      };
      for (let i = 0; i < times; i++) for (const walks of sessions) sideBySide(...walks);
      for (let i = 0; i < (then?.times ?? 0); i++) sideBySide(then!.session);
      sideBySide(after);
      const predicted = predictor.predict(`session ${number - 1}`);
      if (first !== undefined && predicted[0] !== first) throw new Error(`${rule}: ${first} after ${after}`);
      for (const key of predicted)
        if (!only.includes(key)) throw new Error(`${rule}: not ${key} after ${after}`);
    }
  }
}
