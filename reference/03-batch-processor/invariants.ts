// For tests: what must hold of a processor between any two operations.

import { batchesOf, type Lane } from './lanes.ts';
import { type BatchMetadataProcessor, insideOf } from './processor.ts';

/** Throws an error that says what is not as it should be. O(all that waits). */
export function checkInvariants(processor: BatchMetadataProcessor): void {
  const { lanes, room, settings } = insideOf(processor);
  const inLine = [...lanes.inLine];
  let waiting = 0;
  for (const [key, lane] of lanes.byKey) {
    must(lane.key === key, `the lane of '${lane.key}' is found under '${key}'`);
    waiting += checkLane(lane, lanes.waiting.has(lane), inLine.filter((one) => one === lane).length);
  }
  for (const lane of lanes.waiting) {
    must(lanes.byKey.get(lane.key) === lane, `something waits under '${lane.key}', which leads elsewhere`);
  }

  const { pending, max, heldBack, isFull } = room;
  must(pending <= max, `${pending} are pending, which is more than ${max}`);
  must(waiting <= pending, `${waiting} wait, but only ${pending} are pending`);
  must(lanes.running > 0 || waiting === pending, `nothing runs, ${pending} are pending, but ${waiting} wait`);
  must(isFull || heldBack.length === 0, `${heldBack.length} are held back though there is room`);

  const { maxRunning } = settings;
  must(lanes.running <= maxRunning, `${lanes.running} batches run, which is more than ${maxRunning}`);
  must(inLine.length === 0 || lanes.running === maxRunning, `${inLine.length} are in line for nothing`);
}

/** @returns how many operations wait there */
function checkLane(lane: Lane, isWaiting: boolean, turns: number): number {
  const { key, open, batchSize } = lane;
  const due = [...lane.due];
  const batches = [...batchesOf(lane)];
  must(isWaiting === batches.length > 0, `'${key}' has ${batches.length} batches, and waits: ${isWaiting}`);
  must(isWaiting || lane.isKept, `'${key}' is kept though there is nothing to remember`);
  must(turns === (due.length > 0 ? 1 : 0), `'${key}' has ${turns} turns for ${due.length} due batches`);
  for (const batch of batches) {
    must(batch.size > 0, `'${key}' has an empty batch`);
    must(batch.begunAt === 0, `'${key}' has a batch that has begun`);
    must(batch.isDue === due.includes(batch), `'${key}' has a batch in line that is not due, or the reverse`);
  }
  if (open !== undefined) {
    must(open.size < batchSize, `'${key}' collects ${open.size} of ${batchSize}`);
    must(!due.includes(open) || due.at(-1) === open, `'${key}' is due out of order`);
  }
  return batches.reduce((sum, { size }) => sum + size, 0);
}

function must(holds: boolean, otherwise: string): void {
  if (!holds) throw new Error(otherwise);
}
