// Who may stay: the bounds, and the order in which they are enforced.

import type { Departures } from './departures.ts';
import type { Milliseconds, PolicyName } from './options.ts';
import { LruPolicy } from './policies/lru.ts';
import type { EvictionPolicy, NewPolicy } from './policies/policy.ts';
import { S3FifoPolicy } from './policies/s3-fifo.ts';
import { SievePolicy } from './policies/sieve.ts';
import { Slots, type SlotsOptions } from './slots.ts';

export const POLICIES: Record<PolicyName, NewPolicy> = {
  lru: () => new LruPolicy(),
  sieve: () => new SievePolicy(),
  's3-fifo': (keyOf) => new S3FifoPolicy(keyOf),
};

/** As many of the expired leave with each entry that comes, though there be room: more than come. */
const EXPIRED_A_WRITE = 2;

export interface ResidentsOptions extends SlotsOptions {
  readonly maxSize: number;
  readonly policy: NewPolicy;
  /** Takes note of who leaves without being removed. */
  readonly departures: Departures;
}

/**
 * Slots that are bounded in number and weight, ordered by a policy, and thinned out by time.
 *
 * Where room is needed the expired go first, then stale values, those that end soonest first, and only then
 * is the policy asked. What is kept in all, stale values included, is within both bounds after each
 * operation.
 */
export class Residents extends Slots {
  /** Orders exactly the slots that are taken, those that have expired unnoticed among them. */
  readonly policy: EvictionPolicy;
  /** What has expired but may still be served, from the first such value on. None of it is in the index. */
  stale: Slots | undefined;

  readonly #maxSize: number;
  readonly #departures: Departures;

  constructor(options: ResidentsOptions) {
    const policy = options.policy((slot) => this.keys[slot]!);
    super({ ...options, onGrow: (capacity) => policy.grow(capacity) });
    this.policy = policy;
    this.#maxSize = options.maxSize;
    this.#departures = options.departures;
  }

  /** How many more could be stored by number. */
  get room(): number {
    return this.maxEntries - this.#count;
  }

  // #region find
  /** The slot of the living entry of `key`, or 0. One that has expired leaves. */
  find(key: string, now: Milliseconds): number {
    const slot = this.index.get(key);
    if (slot === undefined) return 0;
    if (now < this.deadlines.earliest || now < this.deadline(slot)) return slot;
    this.#expire(slot, now);
    return 0;
  }

  /** The value of a slot that was found, and what follows from its use. */
  answer(slot: number, now: Milliseconds): unknown {
    this.use(slot, now);
    this.policy.touch(slot);
    return this.values[slot];
  }
  // #endregion find

  /** The slot, among {@link stale}, of what may still be served for `key`, or 0. */
  findStale(key: string, now: Milliseconds): number {
    const slot = this.stale?.index.get(key) ?? 0;
    if (slot === 0 || now < this.stale!.deadline(slot)) return slot;
    this.#dropStale(slot);
    return 0;
  }

  // ---- Coming -------------------------------------------------------------------------------------------

  /** Stores a key that is absent, and makes the room that it needs. */
  admit(
    key: string,
    value: unknown,
    size: number,
    now: Milliseconds,
    ttlMs: Milliseconds,
    staleMs: Milliseconds,
  ): void {
    this.policy.announce?.(key);
    if (now >= this.deadlines.earliest) this.expire(now, EXPIRED_A_WRITE);
    const isOneForOne = this.index.size === this.maxEntries && this.sizes === undefined;
    const slot = isOneForOne ? this.#displace(key) : this.#makeRoom(key, size, now);
    this.write(slot, value, size, now, ttlMs, staleMs);
    this.policy.add(slot);
  }

  /** Stores another value of a key that is there, and makes the room that it needs. */
  replace(
    slot: number,
    value: unknown,
    size: number,
    now: Milliseconds,
    ttlMs: Milliseconds,
    staleMs: Milliseconds,
  ): void {
    this.write(slot, value, size, now, ttlMs, staleMs);
    this.policy.touch(slot);
    while (this.#isTooMuch(0, 0)) this.#letGo(now, slot);
  }

  /** Stores a key that is absent as the next to go, if there is room, and tells whether. */
  admitColdest(key: string, value: unknown, size: number, now: Milliseconds, ttlMs: Milliseconds): boolean {
    if (this.#isTooMuch(1, size)) return false;
    this.policy.announce?.(key);
    this.removeStale(key);
    const slot = this.open(key);
    this.write(slot, value, size, now, ttlMs, 0);
    this.policy.addColdest(slot);
    return true;
  }

  // ---- Going --------------------------------------------------------------------------------------------

  override remove(slot: number): void {
    this.policy.remove(slot);
    super.remove(slot);
  }

  /** Removes the stale value of a key, if there is one. */
  removeStale(key: string): void {
    const slot = this.stale?.index.get(key);
    if (slot !== undefined) this.stale!.remove(slot);
  }

  /** Changes the bound by number. */
  resize(maxEntries: number, now: Milliseconds): void {
    this.maxEntries = maxEntries;
    while (this.#isTooMuch(0, 0)) this.#letGo(now, 0);
  }

  /** Lets go whom the policy chooses; somebody must be there. If that is `spared`, it is added to it anew. */
  evict(spared: number): void {
    const slot = this.policy.evict();
    if (slot === spared) {
      this.policy.add(slot);
      return;
    }
    const key = this.keys[slot]!;
    const value = this.values[slot];
    super.remove(slot);
    this.#departures.note(key, value, 'capacity');
  }

  /** Lets go what has expired, and what has been stale for long enough: at most so many of each. */
  expire(now: Milliseconds, most: number): void {
    for (let i = 0; i < most; i++) {
      const slot = this.deadlines.due(now);
      if (slot === 0) break;
      this.#expire(slot, now);
    }
    for (let i = 0; i < most && this.stale !== undefined; i++) {
      const slot = this.stale.deadlines.due(now);
      if (slot === 0) break;
      this.#dropStale(slot);
    }
  }

  /** What becomes of an entry that is over and has no slot any more: it is kept as stale, or it leaves. */
  retire(
    key: string,
    value: unknown,
    size: number,
    deadline: Milliseconds,
    staleMs: Milliseconds,
    now: Milliseconds,
  ): void {
    if (now >= deadline + staleMs || this.#isTooMuch(1, size)) {
      this.#departures.note(key, value, 'expired');
      return;
    }
    this.stale ??= new Slots({ maxEntries: Infinity, ttlMs: Infinity, isWeighed: this.sizes !== undefined });
    this.stale.write(this.stale.open(key), value, size, deadline, staleMs, 0);
  }

  #expire(slot: number, now: Milliseconds): void {
    const key = this.keys[slot]!;
    const value = this.values[slot];
    const size = this.sizes?.[slot] ?? 0;
    const deadline = this.deadline(slot);
    this.remove(slot);
    this.retire(key, value, size, deadline, this.staleMs?.[slot] ?? 0, now);
  }

  #dropStale(slot: number): void {
    const stale = this.stale!;
    const key = stale.keys[slot]!;
    const value = stale.values[slot];
    stale.remove(slot);
    this.#departures.note(key, value, 'expired');
  }

  /**
   * A slot for `key` when all of `maxEntries` are living and none is stale, which is the usual case of a cache that is
   * full: whoever goes leaves it the slot, with no need to free and find one.
   */
  #displace(key: string): number {
    const slot = this.policy.evict();
    this.#departures.note(this.keys[slot]!, this.values[slot], 'capacity');
    this.takeOver(slot, key);
    return slot;
  }

  /** A slot for `key` in any other case. */
  #makeRoom(key: string, size: number, now: Milliseconds): number {
    while (this.#isTooMuch(1, size)) this.#letGo(now, 0);
    return this.open(key);
  }

  #letGo(now: Milliseconds, spared: number): void {
    const due = this.deadlines.due(now);
    if (due !== 0) return this.#expire(due, now);
    const stale = this.stale === undefined ? 0 : this.stale.deadlines.soonest();
    if (stale !== 0) return this.#dropStale(stale);
    this.evict(spared);
  }

  #isTooMuch(entries: number, size: number): boolean {
    if (this.#count + entries > this.maxEntries) return true;
    return this.totalSize + (this.stale === undefined ? 0 : this.stale.totalSize) + size > this.#maxSize;
  }

  get #count(): number {
    return this.index.size + (this.stale === undefined ? 0 : this.stale.index.size);
  }
}
