// What is known of operations, and of the ways in which they were nested.

import { DurationHistogram } from './histogram.ts';
import type { Bytes, CallNode, Milliseconds } from './options.ts';

/**
 * How deep the tree is at most. What is nested more deeply is filed beside what it is nested in: who hands
 * work on before he has finished his own, again and again, would otherwise have a tree as deep as his day is
 * long.
 */
export const DEEPEST = 200;

/** By operation, in the order in which they first began. */
export type Nodes = Map<string, TreeNode>;

/** What is the same however the operation was nested. What is not is the sum of that of its {@link nodes}. */
export class Operation {
  /** Calls that have ended, timed or not. */
  count = 0;
  errors = 0;
  heapGrowthBytes: Bytes = 0;
  readonly gc = { minor: 0, major: 0, pauseMs: 0 };
  /** Of the timed calls, and of those that had to wait for them: see `expectedIntervalMs`. */
  readonly durations = new DurationHistogram();
  readonly nodes: TreeNode[] = [];

  constructor(readonly name: string) {}
}

/** The timed calls of an operation by way of those that they were nested in. */
export class TreeNode {
  count = 0;
  totalMs: Milliseconds = 0;
  /** At most {@link totalMs}, rounding aside. */
  selfMs: Milliseconds = 0;
  readonly nested: Nodes = new Map();
  readonly depth: number;
  /** Whether one of the nodes above it is of the same operation, which has this one's time in its own. */
  readonly isRecursive: boolean;

  constructor(
    readonly operation: Operation,
    readonly outer: TreeNode | undefined,
  ) {
    this.depth = outer === undefined ? 1 : outer.depth + 1;
    this.isRecursive = isWithin(outer, operation);
    operation.nodes.push(this);
  }
}

function isWithin(node: TreeNode | undefined, operation: Operation): boolean {
  for (; node !== undefined; node = node.outer) if (node.operation === operation) return true;
  return false;
}

/** The tree as it is now, without what has not ended yet and has nothing in it that has. */
export function snapshotOf(nodes: Nodes): CallNode[] {
  const snapshot: CallNode[] = [];
  for (const { operation, count, totalMs, selfMs, nested } of nodes.values()) {
    const node = { operation: operation.name, count, totalMs, selfMs, nested: snapshotOf(nested) };
    if (count > 0 || node.nested.length > 0) snapshot.push(node);
  }
  return snapshot;
}
