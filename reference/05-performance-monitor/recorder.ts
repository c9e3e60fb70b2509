// The beginning and the end of a call: all that happens while somebody waits.

import { Call, Context, type Ending } from './call.ts';
import { DEEPEST, type Nodes, Operation, TreeNode } from './call-tree.ts';
import type { Collections } from './collections.ts';
import type { Bytes, Milliseconds } from './options.ts';

export interface RecorderOptions {
  readonly now: () => Milliseconds;
  readonly sampleRate: number;
  readonly random: () => number;
  readonly heapUsed: (() => Bytes) | undefined;
  readonly collections: Collections | undefined;
}

export class Recorder implements Ending {
  readonly context = new Context();
  /** By name; those of which no call has ended are among them. */
  readonly operations = new Map<string, Operation>();
  /** Of the calls that were nested in none. */
  readonly outermost: Nodes = new Map();

  readonly #now: () => Milliseconds;
  readonly #sampleRate: number;
  readonly #random: () => number;
  readonly #heapUsed: (() => Bytes) | undefined;
  readonly #collections: Collections | undefined;

  constructor({ now, sampleRate, random, heapUsed, collections }: RecorderOptions) {
    this.#now = now;
    this.#sampleRate = sampleRate;
    this.#random = random;
    this.#heapUsed = heapUsed;
    this.#collections = collections;
  }

  // The clock is read last when a call begins and first when it ends, so that what is done here is in the
  // time of what is around it, if in any.

  begin(name: string, expectedIntervalMs?: Milliseconds): Call {
    const outer = this.context.innermost();
    const isTimed = outer === undefined ? this.#random() < this.#sampleRate : outer.node !== undefined;
    if (!isTimed) return new Call(this.#operation(name), outer, undefined, undefined, this);

    const node = this.#node(name, outer?.node);
    const call = new Call(node.operation, outer, node, expectedIntervalMs, this);
    if (this.#heapUsed !== undefined) call.heapBefore = this.#heapUsed();
    this.#collections?.begins(call);
    call.startedAt = this.#now();
    outer?.nestedBegins(call.startedAt);
    return call;
  }

  end(call: Call): void {
    const { operation, node } = call;
    if (node !== undefined) this.#file(call, node);
    operation.count++;
    if (call.hasFailed) operation.errors++;
    call.close();
  }

  #file(call: Call, node: TreeNode): void {
    const { operation, outer, expectedIntervalMs } = call;
    const endedAt = Math.max(this.#now(), call.startedAt);
    const durationMs = endedAt - call.startedAt;
    outer?.nestedEnds(endedAt);
    node.count++;
    node.totalMs += durationMs;
    node.selfMs += call.selfMsUntil(endedAt);
    if (expectedIntervalMs === undefined) operation.durations.record(durationMs);
    else operation.durations.recordWithExpectedInterval(durationMs, expectedIntervalMs);
    if (this.#heapUsed !== undefined) {
      operation.heapGrowthBytes += Math.max(0, this.#heapUsed() - call.heapBefore);
    }
    this.#collections?.ends(call, endedAt);
  }

  #operation(name: string): Operation {
    let operation = this.operations.get(name);
    if (operation === undefined) this.operations.set(name, (operation = new Operation(name)));
    return operation;
  }

  #node(name: string, outer: TreeNode | undefined): TreeNode {
    if (outer !== undefined && outer.depth === DEEPEST) outer = outer.outer;
    const siblings = outer === undefined ? this.outermost : outer.nested;
    let node = siblings.get(name);
    if (node === undefined) siblings.set(name, (node = new TreeNode(this.#operation(name), outer)));
    return node;
  }
}
