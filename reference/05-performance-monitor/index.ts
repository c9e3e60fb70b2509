/**
 * A monitor: how long operations take, where the time goes, and what it would be worth to save it there.
 *
 * ## The problem
 *
 * A stopwatch around each function is five lines, and misleads in five ways.
 *
 * - *An average hides what hurts.* 499 pages of 2 ms and one of 5 s are 12 ms on average; nobody has
 *   waited for 12 ms. So the distribution must be kept, and there are as many durations as calls.
 * - *Who waits looks slow.* The handler of a request takes as long as everything that it calls. What it
 *   takes itself is what remains without that, and what it calls goes on after an `await`, when a hundred
 *   other requests have been at it.
 * - *The stopwatch takes part in the race.* A cache answers in 50 to 100 ns; to read the clock twice is as
 *   much.
 * - *Slow answers ask for fewer.* Who asks again when he was answered does not ask while the server stands
 *   still. Of five hundred that would have waited, one is recorded.
 * - *The collector's pause is somebody's.* It is charged to whatever it interrupts, and announced when
 *   that has long gone.
 *
 * ## The structure chosen
 *
 * *The distribution* is a histogram whose buckets widen with what they count: 64 for each octave, so that
 * the middle of a bucket is within 0.8% of everything in it, from a nanosecond to a day, in 12 kB, after
 * HdrHistogram [1]. The bucket is read off the bits of the floating-point number (buckets.ts): to record
 * takes an addition in an array, two sums and two comparisons, and neither a logarithm nor a division
 * (moments.ts). Histograms can be added up, and sent as some hundred bytes (encoding.ts).
 *
 * *Self time* needs no list of what was nested in a call. Side by side, nested calls are one interval,
 * from the first that begins to the last that ends: a count of those running, and the instant at which it
 * left 0 (call.ts).
 *
 * *Which call is around* is known to Node's AsyncLocalStorage [4], and to a plain variable as long as
 * nothing has been awaited. A synchronous `measure` uses the variable only. That it may is the one proof
 * in here: what a function leaves to be done later runs after it has returned, and then it has ended; so
 * no code that the storage would lead to it could be nested in it. A program that measures only
 * synchronous code never pays for the storage.
 *
 * *Who called whom* is a tree with a node for each way of nesting, and the tree is the ledger: a call
 * writes its time into its node and nowhere else. What is told of an operation is the sum over its nodes,
 * taken when somebody asks, and calls of an operation within itself are told by their place.
 *
 * *Sampling* decides once, for the outermost call and all that is nested in it. Deciding for each call
 * would time calls without their inner ones, and charge them with time that is not theirs. What is not
 * timed is counted all the same: counting is not what is dear.
 *
 * *Collections* are matched by time with the calls that are running and the last thousand that have ended.
 *
 * ## The ideal that was rejected
 *
 * DDSketch [2] has the same error with a third fewer buckets: they grow by a constant factor, instead of
 * 64 equal steps and then a doubling. But its bucket is a logarithm, and that costs more than all the rest
 * of a record. A t-digest is more exact at the ends; it keeps lists, sorts them now and then, and two that
 * are merged are not what recording all in one would have been.
 *
 * Exact durations in a ring of the last thousand are cheap and honest about the present; the 99.9th
 * percentile of a thousand is one call.
 *
 * A profiler that samples the stack [6] needs no `measure` at all, and costs the same however many calls
 * there are. It sees functions, not operations; it sees what runs, not what waits; and it has no
 * percentiles, for it does not know where a call begins. Use one to find out why what this monitor has
 * found is slow.
 *
 * ## What it costs
 *
 * On two cores, with Node 20: to record a duration takes 3.4 ns where `perf_hooks.createHistogram` takes
 * 16; `measure` of an empty function 102 ns, of which 60 to 70 are the two readings of the clock, where
 * `performance.now()` twice and that histogram take 117; a call that is not timed, 26. A call is one small
 * object, which is let go when it has ended. What is asked visits all buckets: some microseconds for each
 * operation.
 *
 * An operation takes 13 kB, a way of nesting 400 bytes. Ways of nesting end at a depth of 200; operations
 * are as many as there are names, and a name that has an id in it is a leak.
 *
 * One thing is given up for the speed: where one context is entered within another synchronously, as
 * `AsyncResource.runInAsyncScope` does, the innermost call is that of the caller, not of the context.
 *
 * ## Where to read
 *
 * 1. options.ts: what users write and read; clock.ts
 * 2. buckets.ts, moments.ts, histogram.ts, encoding.ts: the distribution
 * 3. call.ts, call-tree.ts: a call, what is around it, and where its time is filed
 * 4. recorder.ts: the beginning and the end of a call; collections.ts
 * 5. analysis.ts: what follows from it
 * 6. monitor.ts: the monitor; measured.ts: the decorator
 * 7. table.ts, flame-graph.ts: for people
 *
 * ## Sources
 *
 * 1. G. Tene: HdrHistogram, hdrhistogram.org; How NOT to Measure Latency, Strange Loop 2015. Log-linear
 *    buckets; coordinated omission, and its correction by an expected interval.
 * 2. C. Masson, J. E. Rim, H. K. Lee: DDSketch: A Fast and Fully-Mergeable Quantile Sketch with
 *    Relative-Error Guarantees. VLDB 2019.
 * 3. G. M. Amdahl: Validity of the Single Processor Approach to Achieving Large Scale Computing
 *    Capabilities. AFIPS 1967.
 * 4. Node.js documentation: Asynchronous context tracking; Performance measurement APIs.
 * 5. B. P. Welford: Note on a Method for Calculating Corrected Sums of Squares and Products. Technometrics
 *    4(3), 1962; T. F. Chan, G. H. Golub, R. J. LeVeque: Algorithms for Computing the Sample Variance. The
 *    American Statistician 37(3), 1983. The latter also on shifted data.
 * 6. B. Gregg: The Flame Graph. Communications of the ACM 59(6), 2016.
 * 7. J. Dean, L. A. Barroso: The Tail at Scale. Communications of the ACM 56(2), 2013.
 *
 * @module
 */

export { speedup } from './analysis.ts';
export { RELATIVE_ERROR } from './buckets.ts';
export { DamagedHistogramError } from './encoding.ts';
export { flameGraph } from './flame-graph.ts';
export { DurationHistogram } from './histogram.ts';
export { measured } from './measured.ts';
export { MetadataPerformanceMonitor } from './monitor.ts';
export type * from './options.ts';
export { observeGc, RECENT_CALLS, TAIL_RATIO } from './options.ts';
export { formatReport } from './table.ts';
