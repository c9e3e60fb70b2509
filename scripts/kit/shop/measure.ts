import { BenchmarkRunner, doubtOf, median, type Ratio, ratioOf } from '../../../reference/07-benchmark-lab/index.ts';
import { type Cost, ShopStation } from './load.ts';
import type { BuiltShop, OpenShop } from './process.ts';
import { OVERWATCHED, type ShopName } from './settings.ts';

type Subject = 'before' | 'unwatched' | 'overwatched' | 'after' | 'twin';

/** By processes, and in each by rounds. */
export type Measured = Readonly<Record<Subject, readonly (readonly Cost[])[]>>;

export interface Measuring {
  /** About how long it may take. */
  readonly seconds: number;
  readonly signal: AbortSignal;
  /** @param share from 0 to 1 */
  readonly onProgress: (share: number) => void;
}

/**
 * Asks all of them, in turns drawn anew in each round; several times, with new processes. The unwatched and the
 * overwatched are one process, since two of the same program differ by more than what is looked for.
 */
export async function measure(built: BuiltShop, { seconds, signal, onProgress }: Measuring): Promise<Measured> {
  const stations: Record<Subject, ShopStation[]> = { before: [], unwatched: [], overwatched: [], after: [], twin: [] };
  const enter = (subject: Subject, shop: OpenShop, name: ShopName) => {
    const station = new ShopStation(shop, name);
    stations[subject].push(station);
    return station;
  };
  const open = (shops: readonly ShopName[], settings: { isWatched: boolean; isProfiled: boolean }) => {
    return built.open({ shops, monitorPort: 0, ...settings });
  };
  let shared: OpenShop;
  const subjects = {
    before: () => enter('before', open(['before'], { isWatched: false, isProfiled: false }), 'before'),
    unwatched: () => {
      shared = open(['unwatched', 'overwatched'], { isWatched: true, isProfiled: false });
      return enter('unwatched', shared, 'unwatched');
    },
    overwatched: () => enter('overwatched', shared, 'overwatched'),
    // The last one is opened a second time, to be measured against itself.
    after: () => {
      const isTwin = stations.after.length > stations.twin.length;
      return enter(isTwin ? 'twin' : 'after', open(['after'], { isWatched: true, isProfiled: true }), 'after');
    },
  };
  const runner = new BenchmarkRunner({ budgetMs: seconds * 1e3, signal, onProgress: (_, share) => onProgress(share) });
  const { failures } = await runner.benchmarkScenario({ name: 'the shop', unit: 'ns/op', subjects });
  for (const error of failures.values()) throw error;
  const costsOf = (subject: Subject) => stations[subject].map(({ costs }) => costs);
  return {
    before: costsOf('before'),
    unwatched: costsOf('unwatched'),
    overwatched: costsOf('overwatched'),
    after: costsOf('after'),
    twin: costsOf('twin'),
  };
}

/** A part of the whole, with the interval. */
export interface Part {
  readonly share: number;
  readonly interval: readonly [number, number];
}

/** Of the processor it is known better: what else runs on the machine is not in it. */
export interface Parts {
  readonly ofThroughput: Part;
  readonly ofProcessor: Part;
}

export interface Report {
  readonly rounds: number;
  readonly before: Cost;
  readonly after: Cost;
  /** How many times as many requests are answered. */
  readonly speedup: Ratio;
  /** What the monitor of exercise 8 takes, */
  readonly watching: Parts;
  /** and what it takes together with that of exercise 5, which looks into each request. */
  readonly profiling: Parts;
  /** By which factor the machine may be wrong, from 1. */
  readonly doubt: { readonly inThroughput: number; readonly inProcessor: number };
}

/** Nothing where there were too few rounds before somebody ended it. */
export function reportOf(measured: Measured): Report | null {
  const rounds = measured.twin.flat().length;
  if (rounds < 3) return null;
  const requestS = ({ perSecond }: Cost) => 1 / perSecond;
  const processorUs = (cost: Cost) => cost.processorUs;
  const ratio = (a: Subject, b: Subject, of: (cost: Cost) => number) => {
    return ratioOf(measured[a].map((costs) => costs.map(of)), measured[b].map((costs) => costs.map(of)));
  };
  /** What is done `times` makes a request take `ratio` times as long: so much of the time is for one of them. */
  const part = (a: Subject, times: number, of: (cost: Cost) => number): Part => {
    const { ratio: ratioOfAll, interval } = ratio(a, 'unwatched', of);
    const share = (ratio: number) => 1 - 1 / (1 + (ratio - 1) / times);
    return { share: share(ratioOfAll), interval: [share(interval[0]), share(interval[1])] };
  };
  const parts = (a: Subject, times: number) => {
    return { ofThroughput: part(a, times, requestS), ofProcessor: part(a, times, processorUs) };
  };
  return {
    rounds,
    before: middleOf(measured.before.flat()),
    after: middleOf(measured.after.flat()),
    speedup: ratio('before', 'after', requestS),
    watching: parts('overwatched', OVERWATCHED),
    profiling: parts('after', 1),
    doubt: {
      inThroughput: doubtOf(ratio('after', 'twin', requestS)),
      inProcessor: doubtOf(ratio('after', 'twin', processorUs)),
    },
  };
}

function middleOf(costs: readonly Cost[]): Cost {
  const middle = (of: keyof Cost) => median(costs.map((cost) => cost[of]));
  return {
    answered: middle('answered'),
    perSecond: middle('perSecond'),
    p50Ms: middle('p50Ms'),
    p99Ms: middle('p99Ms'),
    processorUs: middle('processorUs'),
  };
}
