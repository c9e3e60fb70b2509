// Which calls a garbage collection has stopped: those that it overlaps.
//
// A collection is reported in a later turn of the event loop, when a synchronous operation that it stopped
// has long ended; so calls are remembered for a while. A ring of columns does that without an object for each,
// and without keeping alive what a call refers to.

import { constants } from 'node:perf_hooks';
import type { Call } from './call.ts';
import type { Operation } from './call-tree.ts';
import { type GcEntry, type Milliseconds, RECENT_CALLS } from './options.ts';

export class Collections {
  readonly #running = new Set<Call>();

  /** The last calls that have ended: `ended` counts them all, and its remainder is the next place. */
  #ended = 0;
  readonly #operations: Operation[] = [];
  readonly #starts = new Float64Array(RECENT_CALLS);
  readonly #ends = new Float64Array(RECENT_CALLS);

  begins(call: Call): void {
    this.#running.add(call);
  }

  ends(call: Call, endedAt: Milliseconds): void {
    this.#running.delete(call);
    const place = this.#ended++ % RECENT_CALLS;
    this.#operations[place] = call.operation;
    this.#starts[place] = call.startedAt;
    this.#ends[place] = endedAt;
  }

  /** O(calls that are running + RECENT_CALLS). */
  report(entry: GcEntry): void {
    for (const { operation, startedAt } of this.#running) attribute(entry, operation, startedAt, Infinity);
    for (let place = 0; place < this.#operations.length; place++) {
      attribute(entry, this.#operations[place]!, this.#starts[place]!, this.#ends[place]!);
    }
  }
}

function attribute(entry: GcEntry, { gc }: Operation, startedAt: Milliseconds, endedAt: Milliseconds): void {
  const from = Math.max(startedAt, entry.startTime);
  const to = Math.min(endedAt, entry.startTime + entry.duration);
  if (from >= to) return;
  // V8 has several kinds that are not minor: compacting, incremental, of weak callbacks.
  if (entry.detail.kind === constants.NODE_PERFORMANCE_GC_MINOR) gc.minor++;
  else gc.major++;
  gc.pauseMs += to - from;
}
