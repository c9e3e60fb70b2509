/**
 * A bounded cache in memory, for values that are dear to compute and asked for often.
 *
 * ## The problem
 *
 * At each call a cache must say whether the key is there, whether its time is over and, if something new
 * comes, who goes; and it must be able to tell afterwards how well it did. The answer has to cost a small
 * part of what it saves, in time and in memory: ten thousand entries with 140 bytes each of administration
 * are more than a megabyte that caches nothing. And the bound must hold at each moment. A cache that is
 * tidied up now and then has at its worst moment, the one that it was bounded for, as much in it as if it
 * were not.
 *
 * ## The structure chosen
 *
 * An entry is a number, its *slot*. One `Map` leads from the key to the slot, and whatever is known of the
 * entry stands under that number in an array: key, value, hits, instants, size, the links of its queue
 * (slots.ts). A typed array gives no number a header or the garbage collector anything to follow; it is
 * as narrow as its numbers allow, and there only if it is used. A hit writes to two columns and
 * tells the policy; it allocates nothing, and the clock by default is a counter (time.ts).
 *
 * *Whose time is over* is a question about the earliest deadline only, as long as it has not come: one
 * comparison. Then a tree of lower bounds leads to those that are due, and to no others. So the two
 * promises that sound costly, that `size` counts no expired entry, and that none of the living goes while
 * one of the expired is kept, are exact and cheap at once.
 *
 * *Who goes* is left to one of three policies behind one interface. Hit ratios, in per cent, of simulated
 * traffic:
 *
 * | traffic, entries kept                | best possible | lru  | sieve | s3-fifo |
 * | ------------------------------------ | ------------- | ---- | ----- | ------- |
 * | Zipf 1.0, 1,000                      | 66.4          | 50.6 | 60.1  | 59.9    |
 * | Zipf 1.0, 10,000                     | 84.8          | 73.6 | 78.1  | 78.3    |
 * | with 20% one-time scans, 10,000      | 67.8          | 55.2 | 62.3  | 62.5    |
 * | with drift, 10,000                   | 81.5          | 71.9 | 63.9  | 70.1    |
 * | phases of 8,000 keys, 4,000          | 77.3          | 48.8 | 26.0  | 46.1    |
 * | phases of 8,000 keys, 10,000         | 92.0          | 92.0 | 52.7  | 81.1    |
 * | loop over 20,000 keys, 10,000        | 49.5          | 0    | 0     | 0       |
 *
 * SIEVE [1] is the fastest of them, and 4 to 10 points ahead of LRU where popularity is
 * skewed and stable. Where the hot set moves it loses 8 to 40 points: entries that were hot once have their
 * bits still, and the new ones are sifted out before they are used again. LRU [3] is the default: it does
 * not fail like that, and of the traffic of a metadata cache nothing is known in advance. S3-FIFO [2] is
 * near the better of the two nearly everywhere, and pays for it with a memory of the keys that it evicted.
 *
 * ## The ideal that was rejected
 *
 * The best policy, to let go what will be asked for last [4], needs the future. W-TinyLFU [5], which
 * estimates it from frequencies, would add half a point on Zipf 1.0, and 49 in the loop; but it is at 31.4
 * and 55.7 in the phases, like SIEVE, and costs a sketch, a window and two more queues. To choose by
 * measuring is better than to choose a better policy: that is exercise 6.
 *
 * A hash table of our own would save the `Map`, which is half of the memory and most of the time. But V8
 * keeps the hash of a string in the string and tells nobody, so each call would have to read the whole key
 * again: that is no loss while keys are short, and a key may be the text of a query.
 *
 * Timers that expire entries would be exact without anybody asking. A timer an entry is an object an entry;
 * one for all must be moved at nearly each write; and either keeps a process alive or is one more thing to
 * close.
 *
 * ## What it costs
 *
 * Beside the `Map`, an entry takes 34½ bytes: key and value 16, two instants 8, links 8, hits 2, its share
 * of the bounds of time ½; up to 65,534 entries the links take 4. More only where it is asked for: weights
 * 4, lifetimes of their own 8, staleness 8, hits beyond 65,535 2 more, instants that are not whole
 * milliseconds below 2³² 8 more. The `Map` takes 28 bytes an entry when it is full, and 112 when traffic
 * has just made it double: V8 marks what was deleted, and clears it away only when the table is full. At
 * 2²⁴ entries it ends.
 *
 * `get`, `set`, `delete`, `has` and `peek` are O(1), amortized; where, is said where it is done. `size`,
 * `currentSize` and `cleanup` let all go that has expired: O(log n) for each. Two things are given up for
 * the speed. The default clock is coarse, as its documentation says; an injected one is read at each use.
 * And nobody is let go by a clock alone: an entry that has expired is found by no one, but its memory is
 * free only when a later operation comes upon it.
 *
 * ## Where to read
 *
 * 1. options.ts: what users write and read
 * 2. slots.ts: the columns
 * 3. time.ts: the clock, and who is due
 * 4. policies/: policy.ts, lru.ts, sieve.ts, s3-fifo.ts
 * 5. residents.ts: how the bounds are kept
 * 6. metadata-cache.ts: the cache; with departures.ts, loading.ts and snapshot.ts, which it is put together
 *    from
 * 7. cached.ts: the decorator
 *
 * ## Sources
 *
 * 1. Y. Zhang, J. Yang, Y. Yue, Y. Vigfusson, K. V. Rashmi: SIEVE is Simpler than LRU: an Efficient
 *    Turn-Key Eviction Algorithm for Web Caches. NSDI 2024.
 * 2. J. Yang, Y. Zhang, Z. Qiu, Y. Yue, K. V. Rashmi: FIFO Queues are All You Need for Cache Eviction. SOSP
 *    2023.
 * 3. R. L. Mattson, J. Gecsei, D. R. Slutz, I. L. Traiger: Evaluation Techniques for Storage Hierarchies.
 *    IBM Systems Journal 9(2), 1970. Least recently used as a stack.
 * 4. L. A. Belady: A Study of Replacement Algorithms for a Virtual-Storage Computer. IBM Systems Journal
 *    5(2), 1966.
 * 5. G. Einziger, R. Friedman, B. Manes: TinyLFU: A Highly Efficient Cache Admission Policy. ACM
 *    Transactions on Storage 13(4), 2017.
 * 6. G. Varghese, T. Lauck: Hashed and Hierarchical Timing Wheels. SOSP 1987.
 * 7. M. Nottingham: HTTP Cache-Control Extensions for Stale Content. RFC 5861, 2010. Stale while revalidate.
 * 8. The sources of lru-cache, github.com/isaacs/node-lru-cache, for the idea of parallel arrays under a
 *    `Map`.
 *
 * @module
 */

export {
  CACHED,
  cached,
  type CachedMember,
  cachedMembers,
  type CachedOptions,
  invalidateCached,
} from './cached.ts';
export { OptimizedMetadataCache } from './metadata-cache.ts';
export type * from './options.ts';
export type { EvictionPolicy, NewPolicy } from './policies/policy.ts';
export type { CacheDump, DumpedEntry } from './snapshot.ts';
export { coarseNow } from './time.ts';
