// Today beside a day that was good: baselines, and when to speak of a regression.

import { readFileSync, renameSync, writeFileSync } from 'node:fs';
import { cpus } from 'node:os';
import { type Generations, median, type Ratio, ratioApart } from './statistics.ts';
import { positive } from './subject.ts';

/** What one operation was measured to cost, and what a yardstick cost beside it. */
export interface OperationMetrics {
  /** Nanoseconds an operation. */
  readonly time: Generations;
  /** Of something that never changes, in the same rounds: what makes a busy day comparable with an idle one. */
  readonly yardstick: Generations;
  readonly bytesPerOperation?: number;
  /** Collections in a run of fixed length. */
  readonly collections?: number;
}

/** By the name of the operation. */
export type Metrics = Readonly<Record<string, OperationMetrics>>;

/** Shares: 0.2 is "by a fifth". */
export interface Thresholds {
  /** @default 0.2 */
  readonly time?: number;
  /** @default 0.3 */
  readonly allocation?: number;
  /** @default 0.5 */
  readonly collections?: number;
  /** From here on something is better, and worth a new baseline. @default 0.1 */
  readonly improvement?: number;
}

/** What has become of one measure of one operation. */
export interface Finding {
  readonly operation: string;
  readonly measure: 'time' | 'allocation' | 'collections';
  readonly change: 'regression' | 'improvement' | 'none' | 'inconclusive';
  /** Now ÷ then. Counts have no interval but themselves. */
  readonly ratio: Ratio;
}

/** What a validation has found. */
export interface RegressionResult {
  /** No regression. That something is inconclusive is no proof of one. */
  readonly success: boolean;
  readonly message: string;
  readonly findings: readonly Finding[];
}

/** There is no baseline, or it was made on another machine: nothing that was measured there says anything here. */
export class BaselineError extends Error {
  override readonly name = 'BaselineError';
}

interface Baseline {
  readonly version: typeof VERSION;
  readonly machine: string;
  readonly at: string;
  readonly metrics: Metrics;
}

const VERSION = 1;
/** Garbage is collected in lumps: of a few collections, one more or less says nothing. */
const FEWEST_COLLECTIONS = 8;

/**
 * Keeps a baseline in a file, and says what is worse than it.
 *
 * {@includeCode ../../docs/examples/07-benchmark-lab/regression.ts#regression}
 */
export class PerformanceRegressionTester {
  readonly #path: string;
  readonly #machine: string;
  readonly #thresholds: Required<Thresholds>;

  /**
   * @param path of the JSON file that keeps the baseline
   * @param machine which baselines may be compared with what is measured here
   * @throws TypeError or RangeError if a threshold is not above 0
   */
  constructor(path: string, thresholds: Thresholds = {}, machine = fingerprint()) {
    this.#path = path;
    this.#machine = machine;
    this.#thresholds = { time: 0.2, allocation: 0.3, collections: 0.5, improvement: 0.1, ...thresholds };
    for (const [name, threshold] of Object.entries(this.#thresholds)) positive(name, threshold);
  }

  /** Keeps the metrics for later, in place of what was kept before. */
  establishBaseline(metrics: Metrics): void {
    const baseline: Baseline = { version: VERSION, machine: this.#machine, at: new Date().toISOString(), metrics };
    writeFileSync(`${this.#path}.new`, `${JSON.stringify(baseline)}\n`);
    renameSync(`${this.#path}.new`, this.#path); // so that nobody ever reads half of it
  }

  /**
   * Compares with the baseline. Operations that only one of the two has are left out.
   *
   * @throws BaselineError
   */
  validatePerformance(metrics: Metrics): RegressionResult {
    const baseline = this.#read();
    const findings = Object.entries(metrics).flatMap(([operation, now]) => {
      const then = baseline.metrics[operation];
      return then ? this.#compare(operation, now, then) : [];
    });
    const worse = findings.filter(({ change }) => change === 'regression');
    const names = [...new Set(worse.map(({ operation }) => operation))].join(', ');
    const message = worse.length === 0 ? `no regression since ${baseline.at}` : `worse than on ${baseline.at}: ${names}`;
    return { success: worse.length === 0, message, findings };
  }

  #compare(operation: string, now: OperationMetrics, then: OperationMetrics): Finding[] {
    const { time, allocation, collections, improvement } = this.#thresholds;
    const judge = (measure: Finding['measure'], ratio: Ratio, worse: number): Finding => {
      return { operation, measure, ratio, change: changeOf(ratio, worse, improvement) };
    };
    const findings = [judge('time', ratioApart(inYardsticks(now), inYardsticks(then)), time)];
    const bytes = [now.bytesPerOperation, then.bytesPerOperation];
    if (bytes.every((count) => count! > 0)) findings.push(judge('allocation', exactly(bytes[0]! / bytes[1]!), allocation));
    const counts = [now.collections, then.collections];
    if (counts.some((count) => count! >= FEWEST_COLLECTIONS) && counts.every((count) => count! > 0)) {
      findings.push(judge('collections', exactly(counts[0]! / counts[1]!), collections));
    }
    return findings;
  }

  #read(): Baseline {
    let baseline: Baseline;
    try {
      baseline = JSON.parse(readFileSync(this.#path, 'utf8')) as Baseline;
    } catch (error) {
      throw new BaselineError(`there is no baseline in ${this.#path}: ${(error as Error).message}`);
    }
    if (baseline.version !== VERSION) {
      throw new BaselineError(`${this.#path} must be of version ${VERSION}, received ${baseline.version}`);
    }
    if (baseline.machine === this.#machine) return baseline;
    throw new BaselineError(`${this.#path} is of another machine: ${baseline.machine}; this is ${this.#machine}`);
  }
}

// #region changeOf
/**
 * What may be said of a ratio, now to then. A regression is one only if the whole interval lies beyond the threshold;
 * nothing has changed if the whole interval lies within; and whatever crosses it is to be measured again.
 */
export function changeOf({ interval: [low, high] }: Ratio, worse: number, better: number): Finding['change'] {
  if (low > 1 + worse) return 'regression';
  if (high < 1 - better) return 'improvement';
  return high <= 1 + worse ? 'none' : 'inconclusive';
}
// #endregion changeOf

/** What must be the same for times to be comparable. */
export function fingerprint(): string {
  const all = cpus();
  const processors = `${all.length} × ${all[0]?.model.trim() ?? 'unknown processor'}`;
  return [processors, process.platform, process.arch, `node ${process.versions.node}`].join(', ');
}

/** The report of a validation, a line a finding that is not `none`. */
export function regressionReport({ message, findings }: RegressionResult): string {
  const lines = findings
    .filter(({ change }) => change !== 'none')
    .map(({ operation, measure, change, ratio: { ratio, interval } }) => {
      const bounds = interval.map((bound) => bound.toFixed(2)).join(' to ');
      return `  ${change}: ${operation}, ${measure} × ${ratio.toFixed(2)} (${bounds})`;
    });
  return [message, ...lines].join('\n');
}

/** Something that never changes, to be measured beside all that does: arithmetic, a Map, strings and garbage. */
export function yardstick(): number {
  const counts = new Map<string, { count: number }>();
  for (let i = 0; i < 2_000; i++) {
    const key = `key ${(i * 7_919) % 500}`;
    const entry = counts.get(key);
    if (entry) entry.count++;
    else counts.set(key, { count: 1 });
  }
  return counts.size;
}

/** Times as multiples of what the yardstick took in the same generation. */
function inYardsticks({ time, yardstick }: OperationMetrics): Generations {
  return time.map((rounds, g) => {
    const unit = median((yardstick[g] ?? []).filter(Number.isFinite));
    return rounds.filter(Number.isFinite).map((value) => value / unit);
  });
}

const exactly = (ratio: number): Ratio => ({ ratio, interval: [ratio, ratio] });
