/**
 * Batches: many operations that wait a moment for one another, and then run together.
 *
 * ## What is hard about it
 *
 * Collecting is an array and a timer. What a batch owes to those whose operations it took is not: to each the
 * outcome of its own operation and of no other, in the async context in which it was added, as soon as it is
 * there; to whoever closes the program a moment at which nothing is owed any more; to the process a bound.
 * And two numbers have to be chosen that nobody knows: how many are enough, and how long to wait for them.
 * They depend on a database that is fast at noon and slow at night, so no constant is right for long.
 *
 * ## A promise is the queue
 *
 * The textbook keeps, for each member of a batch, its resolve and reject functions, and calls the right one
 * later. Here the members of a batch wait behind one promise that they share, the gate, and what
 * `gate.then(next)` returns is the member's own promise. What looks like a trick is what the language says of
 * `then` [1]. Reactions run in the order in which they were registered, each alone, after whatever runs now;
 * what one throws is its own affair; and the host keeps the context of whoever called `then` for it [2].
 * Order, isolation, context, and "not before the call has returned" are not written here at all. And because
 * reactions come in order, all of them can be the same function: the nth time that it is called it acts for
 * the nth member. A member costs a promise, a place in an array, and no closure. See batch.ts.
 *
 * ## Counting instead of listing
 *
 * `flushAll` waits for all that was added before it, wherever that is by then. A list of unsettled promises
 * would do, at the price of a set, an insertion and a removal for each operation. Instead every batch belongs
 * to a cohort, those added between one flush and the next, and a cohort is a count. See admission.ts, where
 * also the bound on all of it is: who must wait for room does so in one line over all keys, and is let in by
 * whoever makes room, at that moment.
 *
 * ## How many, and how long
 *
 * `optimizeBatchSize` keeps the promise that its name and signature make: a rule that steers by throughput ÷
 * latency, in steps of a fifth. sizing.ts explains what that quotient does, and simulation.ts runs it against
 * a service which is three times as slow for a while. Told the best target that there is, it swings between
 * 361 and 531 around the right size, is late with 45 batches of 100, falls to 1 in the slow spell, and stays
 * there when that is over: 490 items a second where 22,000 are possible.
 *
 * So there is a second rule, which is given what one can actually know, how long a batch may take, and which
 * needs no metrics from its caller. It adds one when a full batch was in time, and takes a share away when
 * one was late: AIMD, which TCP has done to the internet since 1988 [3, 4], and Clipper to batches of
 * predictions [5]. In the same simulation it keeps between 405 and 451, is late with 1 batch of 70, is in
 * time again 5 batches after the slow spell began, and back at full size when it is over.
 *
 * The window is adapted by a simpler question: of late, did anybody join? Where nobody does, waiting is delay
 * for nothing; what Nagle's algorithm did to small packets [6], it would do to a lone query.
 *
 * ## Taking turns
 *
 * With `maxRunning`, batches that are due may have to wait. They do so by key, and each key has one turn in a
 * round: a key with a thousand batches delays another by one. Rounds are fair if turns are equally long. With
 * a target latency they are, for that is what the sizes are cut to. Where sizes differ for other reasons,
 * deficit round robin [7] would give each key its share of operations and not of batches. It needs a cost for
 * each batch and a credit for each key, to correct something that the target corrects for free.
 *
 * ## The ideal that was rejected
 *
 * A batch of n takes c + d·n. Whoever fits c and d to the latencies can compute the right size at once,
 * instead of feeling for it one by one. But a line can't be fitted to points at one size, which is where a
 * well-chosen size keeps them; and when the service changes, the fit is an average of two that are over. AIMD
 * assumes nothing except that larger batches take longer. For that it pays with the teeth of its saw: a tenth
 * at most, some 5 in 100 on average; and with patience, since to grow by 300 takes 300 full batches.
 *
 * ## What it costs
 *
 * - A member: one promise and one reaction, 96 bytes, and one turn of the micro-task queue. Nothing depends
 *   on how many others there are, or keys. A promise with a pair of functions to settle it, as dataloader [8]
 *   has them, takes 256. That is felt where many batches are collected at a time: under a hundred keys an
 *   item costs three quarters of what it costs there. Under one key, where all of it dies young, it costs the
 *   same: half is the promise itself, and waiting for it.
 * - A batch: two gates, a timer, three readings of the clock and three entries in histograms.
 * - A key: nothing when nothing waits, unless its sizes or windows are adapted, or it has a handler. Then it
 *   is kept for as long as the processor is: a key is a kind of work, such as "prices", not a thing, such as
 *   one article.
 * - An operation that is held back: the capture of its context besides, several times what the others cost.
 *
 * ## The order to read in
 *
 * options.ts says what can be asked for, and settings.ts what is made of it; gate.ts and batch.ts are the
 * heart; admission.ts keeps the bounds and the debts; lanes.ts decides which batch, when, and who is next;
 * processor.ts is what its users see; sizing.ts and simulation.ts are arithmetic, to be read together;
 * statistics.ts counts; batched.ts puts a decorator on it; invariants.ts is for the tests.
 *
 * [1] ECMA-262, 27.2.1.8 TriggerPromiseReactions and 27.2.5.4 Promise.prototype.then
 * [2] Node.js documentation, Asynchronous context tracking
 * [3] V. Jacobson: Congestion Avoidance and Control. SIGCOMM 1988. RFC 5681 is what became of it.
 * [4] D.-M. Chiu, R. Jain: Analysis of the Increase and Decrease Algorithms for Congestion Avoidance in
 *     Computer Networks. Computer Networks and ISDN Systems 17, 1989
 * [5] D. Crankshaw, X. Wang, G. Zhou, M. J. Franklin, J. E. Gonzalez, I. Stoica: Clipper: A Low-Latency
 *     Online Prediction Serving System. NSDI 2017, section 4.3
 * [6] J. Nagle: Congestion Control in IP/TCP Internetworks. RFC 896, 1984
 * [7] M. Shreedhar, G. Varghese: Efficient Fair Queueing Using Deficit Round Robin. SIGCOMM 1995
 * [8] github.com/graphql/dataloader
 * [9] G. Fairhurst, A. Sathiaseelan, R. Secchi: Updating TCP to Support Rate-Limited Traffic. RFC 7661, 2015
 * [10] V. Paxson, M. Allman, J. Chu, M. Sargent: Computing TCP's Retransmission Timer. RFC 6298, 2011
 * [11] github.com/HdrHistogram/HdrHistogram
 *
 * @module
 */

export { BatchMetadataProcessor } from './processor.ts';
export {
  BATCHED,
  batched,
  type BatchedMember,
  batchedMembers,
  type BatchedOptions,
  flushBatched,
} from './batched.ts';
export {
  type Awaitable,
  BatchClosedError,
  BatchError,
  BatchFullError,
  type BatchHandler,
  type BatchMetrics,
  type BatchOptions,
  type BatchStats,
  type Cause,
  type ItemOptions,
  type KeyState,
  type Milliseconds,
  type Schedule,
  type Summary,
} from './options.ts';
