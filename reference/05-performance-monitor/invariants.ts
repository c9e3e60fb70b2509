// For tests: what must hold of a monitor and of a histogram between any two operations.

import { DEEPEST, type TreeNode } from './call-tree.ts';
import { type DurationHistogram, partsOf } from './histogram.ts';
import { type MetadataPerformanceMonitor, recorderOf } from './monitor.ts';

/** Throws an error that says what is not as it should be. */
export function checkHistogram(histogram: DurationHistogram): void {
  const { counts, moments } = partsOf(histogram);
  let sum = 0;
  for (const count of counts) sum += count;
  if (sum !== moments.count) throw new Error(`the buckets have ${sum} of ${moments.count} durations`);
  const { count, min, max, mean } = histogram;
  const slack = max * 1e-9;
  if (count > 0 && !(min <= mean + slack && mean <= max + slack)) throw new Error(`${mean} is no mean`);
  if (!(moments.spread >= 0)) throw new Error(`${moments.spread} is no spread`);
}

/** O(operations × buckets + nodes). */
export function checkInvariants(monitor: MetadataPerformanceMonitor): void {
  const { operations, outermost } = recorderOf(monitor);
  for (const [name, { count, errors, durations, nodes }] of operations) {
    checkHistogram(durations);
    const timed = nodes.reduce((sum, node) => sum + node.count, 0);
    if (timed > count) throw new Error(`of ${count} calls of ${name}, ${timed} were timed`);
    if (errors > count) throw new Error(`of ${count} calls of ${name}, ${errors} failed`);
    if (durations.count < timed) throw new Error(`the distribution of ${name} lacks calls`);
  }
  for (const node of outermost.values()) checkNode(node, undefined);
}

function checkNode(node: TreeNode, outer: TreeNode | undefined): void {
  const { name } = node.operation;
  if (node.outer !== outer) throw new Error(`${name} is not where it says that it is`);
  if (!node.operation.nodes.includes(node)) throw new Error(`${name} does not know all of its nodes`);
  if (node.depth > DEEPEST) throw new Error(`${name} is too deep`);
  if (node.selfMs > node.totalMs * (1 + 1e-9)) throw new Error(`${name} has more of its own than in all`);
  for (const nested of node.nested.values()) checkNode(nested, node);
}
