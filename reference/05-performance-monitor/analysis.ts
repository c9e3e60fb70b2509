// What follows from what was recorded: a report for each operation, and where the time goes.

import type { Operation, TreeNode } from './call-tree.ts';
import {
  type BottleneckAnalysis,
  type Milliseconds,
  type PerformanceMetrics,
  TAIL_RATIO,
} from './options.ts';

/** What the calls of an operation took, whatever they were nested in; estimated from the timed ones. */
export interface Times {
  /** How many were timed. */
  readonly timed: number;
  /** Without the calls of the operation within itself. */
  readonly totalMs: Milliseconds;
  readonly selfMs: Milliseconds;
  /** Of the calls that were nested in none. */
  readonly outermostMs: Milliseconds;
}

/** O(nodes of the operation). */
export function timesOf({ count, nodes }: Operation): Times {
  const sum = (part: (node: TreeNode) => number) => nodes.reduce((all, node) => all + part(node), 0);
  const timed = sum((node) => node.count);
  // Each timed call stands for as many as there are to one that was timed; multiplied first, so that whole
  // numbers remain whole.
  const estimate = (part: (node: TreeNode) => number) => (timed === 0 ? 0 : (sum(part) * count) / timed);
  return {
    timed,
    totalMs: estimate((node) => (node.isRecursive ? 0 : node.totalMs)),
    selfMs: estimate((node) => node.selfMs),
    outermostMs: estimate((node) => (node.outer === undefined ? node.totalMs : 0)),
  };
}

export interface Observed {
  readonly elapsedMs: Milliseconds;
  readonly heap: boolean;
  readonly gc: boolean;
}

export function metricsOf(operation: Operation, { elapsedMs, heap, gc }: Observed): PerformanceMetrics {
  const { name, count, errors, durations, heapGrowthBytes } = operation;
  const { timed, totalMs, selfMs } = timesOf(operation);
  const { min: minMs, max: maxMs, mean: meanMs, standardDeviation: standardDeviationMs } = durations;
  return {
    operation: name,
    count,
    errors,
    timed,
    ratePerSecond: elapsedMs === 0 ? 0 : (count * 1_000) / elapsedMs,
    totalMs,
    selfMs,
    minMs,
    maxMs,
    meanMs,
    standardDeviationMs,
    p50Ms: durations.percentile(50),
    p95Ms: durations.percentile(95),
    p99Ms: durations.percentile(99),
    // Absent, not `undefined`, where nobody looks: JSON would lose the field.
    ...(heap ? { heapGrowthBytes } : {}),
    ...(gc ? { gc: { ...operation.gc } } : {}),
  };
}

/**
 * How many times as fast all is, when a part of it becomes `times` as fast [3]. What is left is the limit: a tenth of the time can win a tenth of it, and no more.
 *
 * @param share of the time that the part has now, from 0 to 1
 * @param times without it, the limit: the part takes no time any more
 */
export function speedup(share: number, times = Infinity): number {
  return 1 / (1 - share + share / times);
}

export function analyze(operations: readonly Operation[]): BottleneckAnalysis {
  const all = operations.map((operation) => ({ operation, times: timesOf(operation) }));
  const totalMs = all.reduce((sum, { times }) => sum + times.outermostMs, 0);
  const bottlenecks = all.map(({ operation: { name, durations }, times: { selfMs } }) => {
    // What runs side by side takes more time together than passes.
    const share = totalMs === 0 ? 0 : Math.min(1, selfMs / totalMs);
    const tailShare = durations.shareAbove(durations.percentile(50) * TAIL_RATIO);
    return { operation: name, selfMs, share, maxSpeedup: speedup(share), tailShare };
  });
  bottlenecks.sort((one, other) => other.selfMs - one.selfMs);
  const tails = bottlenecks.filter(({ tailShare }) => tailShare > 1 / 2).map(({ operation }) => operation);
  return { totalMs, bottlenecks, tails };
}
