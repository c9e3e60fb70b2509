// A lane for each key: which batch is joined there, when a batch is due, and which lane is next.

import { type Cohort, Queue, type Room } from './admission.ts';
import { type AnyHandler, Batch, type BatchHost } from './batch.ts';
import type { Cause, Milliseconds } from './options.ts';
import type { Settings } from './settings.ts';
import { companyAfter, sizeByLatency, SOCIABLE, windowFor } from './sizing.ts';
import type { Statistics } from './statistics.ts';

/** What is known of a key. */
export interface Lane {
  readonly key: string;
  /** Whether there is something to remember of it when nothing waits. */
  isKept: boolean;
  /** How many fill a batch: as soon as so many are in {@link open}, it is closed. */
  batchSize: number;
  /** How likely it is that a batch has more than one member: see sizing.ts. */
  company: number;
  /** Of the batch that was opened last. */
  latestOpenedAt: Milliseconds;
  /** Of the batch that was closed last; 0 before the first. */
  latestSize: number;
  /** The batch that collects, fewer than {@link batchSize}. If it is due, it is the last of {@link due}. */
  open: Batch | undefined;
  /** Batches that would run if not as many ran as may, the oldest first. */
  readonly due: Queue<Batch>;
}

/**
 * All lanes of a processor.
 *
 * A batch is opened by its first member, and then due: when its window ends, when it is full, or when
 * somebody asks for it. When it is due it begins, unless `maxRunning` batches run; then its lane gets in
 * line. Of a lane that is idle nothing is kept, unless there is something to remember.
 */
export class Lanes {
  /** Those where something waits, and those that are kept. */
  readonly byKey = new Map<string, Lane>();
  /** Those where something waits: an open batch, or due ones. */
  readonly waiting = new Set<Lane>();
  /** Those with due batches, each once, in the order of their turns. Empty unless `maxRunning` run. */
  readonly inLine = new Queue<Lane>();
  running = 0;

  readonly #settings: Settings;
  readonly #statistics: Statistics;
  readonly #isAdaptive: boolean;
  readonly #host: BatchHost;

  constructor(settings: Settings, statistics: Statistics, room: Room) {
    const { sliceSize, nextTurn, targetLatencyMs, windowMs, idleWindowMs } = settings;
    this.#settings = settings;
    this.#statistics = statistics;
    this.#isAdaptive = targetLatencyMs !== undefined || idleWindowMs < windowMs;
    this.#host = { sliceSize, nextTurn, room, done: (batch) => this.#done(batch) };
  }

  // ---- Finding ------------------------------------------------------------------------------------------

  /** For as long as nothing waits in it, a lane that is not kept is a different one each time. */
  of(key: string): Lane {
    return this.byKey.get(key) ?? this.#newLane(key);
  }

  /** The lane of `key`, which stays the same from now on. */
  keep(key: string): Lane {
    const lane = this.of(key);
    lane.isKept = true;
    this.byKey.set(key, lane);
    return lane;
  }

  windowOf({ company }: Lane): Milliseconds {
    return windowFor(company, this.#settings.windowMs, this.#settings.idleWindowMs);
  }

  // ---- Collecting ---------------------------------------------------------------------------------------

  // #region join
  /** @returns the promise of the new member */
  join(
    lane: Lane,
    cohort: Cohort,
    handler: AnyHandler | undefined,
    member: unknown,
    identity: unknown,
  ): Promise<unknown> {
    let batch = lane.open;
    if (batch === undefined || batch.handler !== handler || batch.cohort !== cohort) {
      batch = this.#open(lane, cohort, handler);
    }
    const promise = batch.join(member, identity);
    if (batch.size >= lane.batchSize) this.close(lane, 'size');
    return promise;
  }
  // #endregion join

  /** Nobody joins the open batch any more, if there is one, and it is due. */
  close(lane: Lane, cause: Cause): void {
    const batch = lane.open;
    if (batch === undefined) return;
    lane.open = undefined;
    lane.latestSize = batch.size;
    this.makeDue(lane, batch, cause);
  }

  /** From now on so many fill a batch. */
  resize(lane: Lane, batchSize: number): void {
    lane.batchSize = batchSize;
    if (lane.open !== undefined && lane.open.size >= batchSize) this.close(lane, 'size');
  }

  #open(lane: Lane, cohort: Cohort, handler: AnyHandler | undefined): Batch {
    this.close(lane, 'demand');
    const now = this.#settings.now();
    this.#learnOfCompany(lane, now);
    const batch = new Batch(this.#host, lane.key, handler, cohort, now);
    lane.open = batch;
    this.byKey.set(lane.key, lane);
    this.waiting.add(lane);
    // What was held back at a flush waits for no window, only for those who are let in within the same turn.
    if (cohort.isFlushed) {
      queueMicrotask(() => this.makeDue(lane, batch, 'demand'));
    } else {
      batch.cancelTimer = this.#settings.schedule(
        () => this.makeDue(lane, batch, 'window'),
        this.windowOf(lane),
      );
    }
    return batch;
  }

  #learnOfCompany(lane: Lane, now: Milliseconds): void {
    if (lane.latestSize > 0) {
      const wouldHaveJoined = now - lane.latestOpenedAt <= this.#settings.windowMs;
      lane.company = companyAfter(lane.company, lane.latestSize > 1 || wouldHaveJoined);
    }
    lane.latestOpenedAt = now;
  }

  // ---- Taking turns -------------------------------------------------------------------------------------

  // #region due
  /** The batch begins, or its lane gets in line. Meanwhile others may still join it, if it is open. */
  makeDue(lane: Lane, batch: Batch, cause: Cause): void {
    if (batch.isDue) return;
    batch.isDue = true;
    batch.cause = cause;
    batch.cancelTimer?.();
    if (this.running < this.#settings.maxRunning) return this.#begin(lane, batch);
    lane.due.push(batch);
    if (lane.due.length === 1) this.inLine.push(lane);
  }

  /**
   * One batch of a lane, then one of the next lane. Where sizes are adapted to a latency, a batch is a slice
   * of time, as long for one key as for another, and taking turns is fair; elsewhere it is fair in batches,
   * not in operations.
   */
  #beginNext(): void {
    while (this.running < this.#settings.maxRunning && this.inLine.length > 0) {
      const lane = this.inLine.shift()!;
      const batch = lane.due.shift()!;
      if (lane.due.length > 0) this.inLine.push(lane);
      this.#begin(lane, batch);
    }
  }
  // #endregion due

  #begin(lane: Lane, batch: Batch): void {
    if (lane.open === batch) this.close(lane, batch.cause);
    if (lane.open === undefined && lane.due.length === 0) {
      this.waiting.delete(lane);
      if (!lane.isKept) this.byKey.delete(lane.key);
    }
    this.running++;
    const now = this.#settings.now();
    this.#statistics.begun(batch.size, batch.cause, now - batch.openedAt);
    batch.begin(now);
  }

  #done(batch: Batch): void {
    const { key, size, failures } = batch;
    const latencyMs = this.#settings.now() - batch.begunAt;
    this.#statistics.done(latencyMs, failures);
    const { targetLatencyMs } = this.#settings;
    // One that failed as a whole took as long as failing takes, which says nothing of answering.
    if (targetLatencyMs !== undefined && failures < size) {
      const lane = this.of(key);
      this.resize(lane, sizeByLatency(lane.batchSize, { size, latencyMs }, targetLatencyMs, this.#settings));
    }
    this.running--; // not before: what a new size makes due has no right to this place
    this.#beginNext();
  }

  #newLane(key: string): Lane {
    return {
      key,
      isKept: this.#isAdaptive,
      batchSize: this.#settings.batchSize,
      company: SOCIABLE,
      latestOpenedAt: 0,
      latestSize: 0,
      open: undefined,
      due: new Queue(),
    };
  }
}

/** All batches of a lane that have not begun, the oldest first. */
export function batchesOf({ due, open }: Lane): Set<Batch> {
  const batches = new Set(due);
  return open === undefined ? batches : batches.add(open);
}
