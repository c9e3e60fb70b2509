// For tests: what must hold of a processor between any two operations.

import { batchesOf, type Lane } from './lanes.ts';
import { type BatchMetadataProcessor, insideOf } from './processor.ts';

/** Throws an error that says what is not as it should be. O(all that waits). */
export function checkInvariants(processor: BatchMetadataProcessor): void {
  const { lanes, room, settings } = insideOf(processor);
  const inLine = [...lanes.inLine];
  let waiting = 0;
  for (const [key, lane] of lanes.byKey) {
    if (lane.key !== key) throw new Error(`the lane of '${lane.key}' is found under '${key}'`);
    waiting += checkLane(lane, lanes.waiting.has(lane), inLine.filter((one) => one === lane).length);
  }
  for (const lane of lanes.waiting) {
    if (lanes.byKey.get(lane.key) !== lane) throw new Error(`something waits under '${lane.key}', which leads elsewhere`);
  }

  const { pending, max, heldBack, isFull } = room;
  if (pending > max) throw new Error(`${pending} are pending, which is more than ${max}`);
  if (waiting > pending) throw new Error(`${waiting} wait, but only ${pending} are pending`);
  if (lanes.running === 0 && waiting < pending) throw new Error(`${pending} are pending, but only ${waiting} wait`);
  if (heldBack.length > 0 && !isFull) throw new Error(`${heldBack.length} are held back though there is room`);

  const { maxRunning } = settings;
  if (lanes.running > maxRunning) throw new Error(`${lanes.running} batches run, which is more than ${maxRunning}`);
  if (inLine.length > 0 && lanes.running < maxRunning) throw new Error(`${inLine.length} are in line for nothing`);
}

/** @returns how many operations wait there */
function checkLane(lane: Lane, isWaiting: boolean, turns: number): number {
  const { key, open, batchSize } = lane;
  const due = [...lane.due];
  const batches = [...batchesOf(lane)];
  if (isWaiting !== batches.length > 0) throw new Error(`'${key}' has ${batches.length} batches, but is not known to wait`);
  if (!isWaiting && !lane.isKept) throw new Error(`'${key}' is kept though there is nothing to remember`);
  if (turns !== (due.length > 0 ? 1 : 0)) throw new Error(`'${key}' has ${turns} turns for ${due.length} due batches`);
  for (const batch of batches) {
    if (batch.size === 0) throw new Error(`'${key}' has an empty batch`);
    if (batch.begunAt !== 0) throw new Error(`'${key}' has a batch that has begun`);
    if (batch.isDue !== due.includes(batch)) throw new Error(`'${key}' has a batch that is due but not in line, or the reverse`);
  }
  if (open !== undefined && open.size >= batchSize) throw new Error(`'${key}' collects ${open.size} of ${batchSize}`);
  if (open !== undefined && due.includes(open) && due.at(-1) !== open) throw new Error(`'${key}' is due out of order`);
  return batches.reduce((sum, { size }) => sum + size, 0);
}
