// Who goes: one order among keys, that can be anything between recency and frequency.

/** How an order remembers: after so many uses of its capacity, what it counted is worth half. */
export type Memory = 'none' | 'short' | 'long';

const HALF_LIFE: Record<Memory, number> = { none: 10, short: 10, long: 40 };

/** The part of the capacity in which newcomers prove themselves, where there is a memory. */
const WINDOW_SHARE = 0.01;
/** Names are remembered of so many times the capacity. */
const GHOSTS = 2;
/** Uses are counted up to here. */
const MOST_USES = 15;
/** So often the hand passes by an entry that has been used as often since. */
const MOST_LIVES = 3;

/**
 * By how much more often than the victim a candidate must have been used. Counts are halved at one moment and raised at
 * another: after 15 uses of both the one may have 7 and the other 8, and would go for nothing but that.
 */
const CLEARLY_MORE = 1.25;

/** What is known of a key. It is in one queue at any time: its order's window or main, or among the ghosts. */
export class Known {
  readonly key: string;
  /** Whether the shadows hear of its uses. */
  readonly isSampled: boolean;
  queue: Queue | undefined;
  colder: Known = this;
  hotter: Known = this;
  /** As of {@link epoch}; since then it has been halved with each epoch. */
  uses = 0;
  epoch = 0;
  /** Uses since the hand came by, up to {@link MOST_LIVES}. */
  lives = 0;

  constructor(key: string, isSampled: boolean) {
    this.key = key;
    this.isSampled = isSampled;
  }

  get isKept(): boolean {
    return this.queue !== undefined && !this.queue.isOfGhosts;
  }
}

/** A ring whose head is a node like any other, so that nothing has to ask whether it is the first or the last. */
class Queue {
  readonly isOfGhosts: boolean;
  size = 0;
  readonly #head = new Known('', false);

  constructor(isOfGhosts = false) {
    this.isOfGhosts = isOfGhosts;
  }

  /** There must be one. */
  get coldest(): Known {
    return this.#head.hotter;
  }

  addHottest(known: Known): void {
    this.#insert(known, this.#head.colder, this.#head);
  }

  addColdest(known: Known): void {
    this.#insert(known, this.#head, this.#head.hotter);
  }

  remove(known: Known): void {
    known.colder.hotter = known.hotter;
    known.hotter.colder = known.colder;
    known.queue = undefined;
    this.size--;
  }

  /** From cold to hot. */
  *[Symbol.iterator](): Generator<Known, void, void> {
    for (let known = this.#head.hotter; known !== this.#head; known = known.hotter) yield known;
  }

  #insert(known: Known, colder: Known, hotter: Known): void {
    known.queue = this;
    known.colder = colder;
    known.hotter = hotter;
    colder.hotter = known;
    hotter.colder = known;
    this.size++;
  }
}

/**
 * W-TinyLFU [1] with other means. Newcomers come into a window, in the order of their last use. Who falls out of it
 * stays if it has been used more often than the one that would have to go for it, which a hand chooses as in CLOCK
 * [4]: it spares who has been used since it last came by.
 *
 * How often is counted with the name, also of those that went: the ghosts. A sketch would take less memory for it,
 * and read each key on each use to find its counters, since V8 tells nobody the hash that it keeps; here a hit
 * costs nothing but a count. All counts are halved now and then, by what is subtracted from the age when they are
 * read.
 *
 * Without a memory the window is all there is, and the order is that of the last use: LRU.
 */
export class Order {
  #capacity: number;
  memory: Memory;
  /** Exactly the keys that are in one of the queues. */
  readonly #known = new Map<string, Known>();
  readonly #window = new Queue();
  readonly #main = new Queue();
  /** At most {@link GHOSTS} times the capacity. */
  readonly #ghosts = new Queue(true);
  #uses = 0;
  #epoch = 0;

  constructor(capacity: number, memory: Memory = 'short') {
    this.#capacity = capacity;
    this.memory = memory;
  }

  /** Entries that it should have. Who comes, and when somebody goes, is the owner's to decide. */
  get capacity(): number {
    return this.#capacity;
  }

  /** Entries that are kept. */
  get size(): number {
    return this.#window.size + this.#main.size;
  }

  /** Nobody goes for it but ghosts. */
  resize(capacity: number): void {
    this.#capacity = capacity;
    this.#layGhosts();
  }

  find(key: string): Known | undefined {
    return this.#known.get(key);
  }

  /** Notes a use of an entry that is kept. O(1). */
  touch(known: Known): void {
    this.#count(known);
    if (known.lives < MOST_LIVES) known.lives++;
    if (known.queue === this.#main && this.memory !== 'none') return;
    known.queue!.remove(known);
    this.#window.addHottest(known);
  }

  /** Takes in a key that is not kept, as the one that was used last. */
  add(key: string): Known {
    const known = this.#take(key);
    this.#count(known);
    this.#window.addHottest(known);
    return known;
  }

  /** Takes in a key that is not kept, as the next to go. */
  addColdest(key: string): void {
    const known = this.#take(key);
    known.uses = 0;
    this.#main.addColdest(known);
  }

  /** Forgets a key, whether it is kept or a ghost. */
  forget(key: string): void {
    const known = this.#known.get(key);
    if (known === undefined) return;
    known.queue!.remove(known);
    this.#known.delete(key);
  }

  // #region evict
  /**
   * Lets one go, which becomes a ghost; there must be one. Not the newest, unless it is the only one. O(1),
   * amortized: who is passed by has been used for it, and who moves to main has come into the window for it.
   */
  evict(): string {
    const room = this.memory === 'none' ? this.#capacity : Math.max(1, Math.floor(WINDOW_SHARE * this.#capacity));
    while (this.#window.size > room && this.#main.size < this.#capacity - room) this.#promote();
    const victim = this.#spareTheUsed();
    const candidate = this.#window.coldest;
    if (victim === undefined) return this.#bury(candidate);
    if (this.#window.size <= room) return this.#bury(victim);
    if (this.#usesOf(candidate) <= CLEARLY_MORE * this.#usesOf(victim)) return this.#bury(candidate);
    this.#promote();
    return this.#bury(victim);
  }
  // #endregion evict

  /** The keys that are kept, roughly from cold to hot. */
  *keys(): Generator<string, void, void> {
    for (const { key } of this.#main) yield key;
    for (const { key } of this.#window) yield key;
  }

  /** Throws if the queues and the names do not agree. O(size). @internal */
  check(): void {
    let count = 0;
    for (const queue of [this.#window, this.#main, this.#ghosts]) {
      for (const known of queue) {
        if (known.queue !== queue) throw new Error(`${known.key} is in another queue than it says`);
        if (this.#known.get(known.key) !== known) throw new Error(`${known.key} is in a queue, and not known`);
        count++;
      }
    }
    if (count !== this.#known.size) throw new Error(`${this.#known.size} are known, ${count} are in queues`);
    if (this.#ghosts.size > GHOSTS * this.#capacity) throw new Error(`${this.#ghosts.size} ghosts are too many`);
  }

  protected isSampled(_key: string): boolean {
    return false;
  }

  #take(key: string): Known {
    let known = this.#known.get(key);
    if (known === undefined) this.#known.set(key, (known = new Known(key, this.isSampled(key))));
    else known.queue!.remove(known);
    known.lives = 0;
    return known;
  }

  #count(known: Known): void {
    if (++this.#uses >= HALF_LIFE[this.memory] * this.#capacity) {
      this.#uses = 0;
      this.#epoch++;
    }
    known.uses = Math.min(MOST_USES, this.#usesOf(known) + 1);
    known.epoch = this.#epoch;
  }

  #usesOf({ uses, epoch }: Known): number {
    return uses >> Math.min(31, this.#epoch - epoch);
  }

  #promote(): void {
    const known = this.#window.coldest;
    this.#window.remove(known);
    known.lives = 0;
    this.#main.addHottest(known);
  }

  #spareTheUsed(): Known | undefined {
    if (this.#main.size === 0) return undefined;
    for (;;) {
      const known = this.#main.coldest;
      if (known.lives === 0) return known;
      known.lives--;
      this.#main.remove(known);
      this.#main.addHottest(known);
    }
  }

  #bury(known: Known): string {
    known.queue!.remove(known);
    this.#ghosts.addHottest(known);
    this.#layGhosts();
    return known.key;
  }

  #layGhosts(): void {
    while (this.#ghosts.size > GHOSTS * this.#capacity) this.forget(this.#ghosts.coldest.key);
  }
}
