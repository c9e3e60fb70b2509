// A clock that does not count the time for which others had the processor.

import { openSync, readSync } from 'node:fs';
import type { Milliseconds } from './subject.ts';

const descriptor = openScheduling();
const buffer = Buffer.alloc(96);
let latest: Milliseconds = -Infinity;

// #region undisturbedNow
/**
 * `performance.now()`, less the time that this thread has been ready to run and was not let: on Linux, which keeps that
 * account of each thread. What a subject waits for itself, a timer or the disk, is counted; what a neighbour computes
 * meanwhile is not. Elsewhere it is `performance.now()`, and a busy machine shows as wide intervals. Some 8 µs a reading.
 */
export function undisturbedNow(): Milliseconds {
  for (let queued = queuedMs(); ; ) {
    const now = performance.now();
    const after = queuedMs();
    if (after === queued) return (latest = Math.max(latest, now - queued)); // the two accounts may differ by a trifle
    queued = after; // it had to wait between the two readings, which are then of different moments
  }
}
// #endregion undisturbedNow

function queuedMs(): Milliseconds {
  if (descriptor === undefined) return 0;
  const length = readSync(descriptor, buffer, 0, buffer.length, 0);
  const [, queuedNs] = buffer.toString('latin1', 0, length).split(' '); // after the time that it ran
  return Number(queuedNs) / 1e6;
}

function openScheduling(): number | undefined {
  try {
    return openSync('/proc/thread-self/schedstat', 'r');
  } catch {
    return undefined;
  }
}
