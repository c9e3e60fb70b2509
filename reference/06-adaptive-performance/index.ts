/**
 * Settings that a program changes by itself: how large a cache is, who goes from it, what is loaded before it is
 * asked for, and any other number that somebody once chose.
 *
 * ## The problem
 *
 * What was measured once was true for that hour. Memory is halved, the hot set moves, a report walks over
 * everything at midnight. A program sees all of this before anybody else does. What it sees is noisy, though, what
 * it does changes what it sees next, and a wrong guess is paid by somebody who waits. So the question is not how to
 * change a setting, but when to believe that it should be changed.
 *
 * ## The structure chosen
 *
 * Each part of this folder has the same three pieces: something that costs little and tells what another setting
 * would have brought; a rule that asks for evidence in proportion to what a mistake would cost; and a way back.
 *
 * *How large* (pressure.ts): down at once and up slowly, with a gap between the two limits.
 *
 * *Who goes* (order.ts, ghosts.ts, shadows.ts): no policy is good everywhere. Least recently used loses ten points of
 * hit ratio where popularity is stable, frequency loses forty where it is not. What tells the two apart is for how long
 * it pays to remember. So there is one order [1], whose memory can be long, short or none, in which case it is LRU.
 * Beside it stand three shadows of, at least, a sixty-fourth of the size that see as many of the keys, keep names only,
 * and have one memory each; the order has the memory of the shadow that has hit the most of late. To change one's mind
 * costs nothing: no entry is moved, the next evictions are decided otherwise.
 *
 * Hit ratio in per cent, of simulated traffic, two million requests each; the best of LRU, SIEVE, S3-FIFO,
 * W-TinyLFU and ARC, which is another one in nearly each row:
 *
 * | traffic, entries kept             | LRU  | best of five | ours | best possible |
 * | --------------------------------- | ---- | ------------ | ---- | ------------- |
 * | Zipf 0.8, 1,000                   | 20.4 | 31.6         | 33.1 | 41.0          |
 * | Zipf 0.8, 10,000                  | 46.8 | 55.9         | 56.9 | 68.6          |
 * | Zipf 1.0, 1,000                   | 50.6 | 60.1         | 61.3 | 66.5          |
 * | Zipf 1.0, 10,000                  | 73.6 | 78.7         | 79.1 | 84.8          |
 * | loop over 20,000 keys, 10,000     | 0.0  | 48.7         | 49.0 | 49.5          |
 * | loop over 20,000 keys, 19,000     | 0.0  | 93.1         | 93.1 | 94.0          |
 * | Zipf, 20% one-time scans, 1,000   | 40.2 | 48.1         | 49.0 | 53.2          |
 * | Zipf, 20% one-time scans, 10,000  | 54.2 | 62.7         | 62.7 | 67.7          |
 * | Zipf with drift, 1,000            | 50.5 | 58.0         | 57.3 | 65.8          |
 * | Zipf with drift, 10,000           | 71.9 | 71.9         | 71.8 | 82.2          |
 * | phases of 8,000 keys, 4,000       | 48.7 | 48.8         | 48.7 | 77.3          |
 * | phases of 8,000 keys, 10,000      | 92.0 | 92.0         | 91.3 | 92.0          |
 *
 * *How much for whom* (partitions.ts): who asks for a key that went not long ago would have found it in more room.
 * Each such *ghost* [2] takes a place for its partition from the one that has the least to gain.
 *
 * *What next* (successors.ts, prefetching.ts): a Markov model of first and second order that forgets, and an
 * account that lets a prefetcher do as much as it has been good for.
 *
 * *Any other number* (tuning.ts): one step, on trial, taken back unless a rank test says that it helped.
 *
 * ## The ideal that was rejected
 *
 * A continuous dial, such as the window of an adaptive W-TinyLFU that a hill climber moves by the hit ratio [1],
 * has no shadows to pay for. It must try a setting on everybody to learn what it brings, and cannot tell a change
 * that it made from one in the traffic. Shadows see the same requests at the same time: there is no noise between
 * them but the sample.
 *
 * A sketch of frequencies, as W-TinyLFU has it, must hash every key on every use to find its counters, because V8 keeps
 * the hash of a string and tells nobody. Here a key is hashed when it comes, and its slot has a count; a hit reads no
 * key but to look it up. What a sketch would know of those that went stands in a table, in four bytes each.
 *
 * A cache around the cache of exercise 1, on its public methods, was the first version. It took three times as long: a
 * second lookup for each hit, an object and a name for each entry and each ghost. This one is a policy of that cache.
 *
 * ## What it costs
 *
 * A hit is a byte that is read, looked up in a table and written; in one of sixty-four, an operation in each of three
 * orders. A miss hashes the key, and that is most of what it adds: on these traces a request takes 0.7 to 1.7 times as
 * long as with exercise 1's LRU, the longer the more miss. An entry takes 11 bytes in the order, and its ghosts 8 to
 * 16. Below 64 entries everything is sampled, and the shadows cost three times what the order does: a cache so small
 * is not what they were made for. All that concerns one key is O(1), amortized, but for the number of partitions;
 * counts are halved by a walk over all of them, after ten times as many uses as there are entries, or more.
 *
 * An access in a session is an entry in a ring, two additions, and one more handler on the promise.
 *
 * ## Where to read
 *
 * 1. options.ts: what users write and read, and the numbers that decide
 * 2. pressure.ts: how large
 * 3. ghosts.ts, order.ts, shadows.ts: who goes
 * 4. partitions.ts, adaptive-cache.ts: the cache
 * 5. successors.ts, patterns.ts, prefetching.ts, predictive-loader.ts: the loader
 * 6. tuning.ts, alerts.ts, real-time-optimizer.ts: the optimizer
 * 7. check-predictor.ts: how a predictor is judged
 *
 * ## Sources
 *
 * 1. G. Einziger, O. Eytan, R. Friedman, B. Manes: Adaptive Software Cache Management. Middleware 2018. W-TinyLFU,
 *    and a window that adapts.
 * 2. N. Megiddo, D. S. Modha: ARC: A Self-Tuning, Low Overhead Replacement Cache. FAST 2003. Ghost lists.
 * 3. C. Waldspurger, T. Saemundsson, I. Ahmad, N. Park: Cache Modeling and Optimization using Miniature Simulations.
 *    USENIX ATC 2017. Shadows on a sample of the keys.
 * 4. F. J. Corbató: A Paging Experiment with the Multics System. MIT Project MAC, 1968. CLOCK.
 * 5. G. Cormode, V. Shkapenyuk, D. Srivastava, B. Xu: Forward Decay: A Practical Time Decay Model for Streaming
 *    Systems. ICDE 2009.
 * 6. D.-M. Chiu, R. Jain: Analysis of the Increase and Decrease Algorithms for Congestion Avoidance in Computer
 *    Networks. Computer Networks and ISDN Systems 17(1), 1989. AIMD.
 * 7. G. Fowler, L. C. Noll, K.-P. Vo, D. Eastlake: The FNV Non-Cryptographic Hash Algorithm. Internet-Draft.
 * 8. H. B. Mann, D. R. Whitney: On a Test of Whether one of Two Random Variables is Stochastically Larger than the
 *    Other. Annals of Mathematical Statistics 18(1), 1947.
 * 9. J. D. C. Little: A Proof for the Queuing Formula: L = λW. Operations Research 9(3), 1961.
 *
 * @module
 */

export * from './options.ts';
export { memoryPressure } from './pressure.ts';
export { AdaptiveCache } from './adaptive-cache.ts';
export { PredictiveLoader } from './predictive-loader.ts';
export { RealTimeOptimizer } from './real-time-optimizer.ts';
export { checkPredictor } from './check-predictor.ts';

// What their users meet of what they extend.
export { coarseNow } from '../01-metadata-cache/index.ts';
export { DependencyCycleError, DependencyError, MissingLoaderError, TOGETHER_TIMES } from '../02-lazy-loader/index.ts';
