/**
 * A loader that asks once for all who want to know, after what the answer depends on, and again when it may
 * no longer be true.
 *
 * ## The problem
 *
 * A value that takes 80 ms to load is wanted by a hundred callers at the same time. One of them has to load
 * it, and the others have to find out that it is being loaded: that is a `Map` of promises, and a line of
 * code. What takes the other lines is time. Between the question and the answer the value may become
 * outdated, the caller may leave, or the loader may fail; what the value is made from may change, before it
 * comes or a day after; and each of these happens to a value that some have already, some wait for, and some
 * are about to ask for.
 *
 * ## The structure chosen
 *
 * Each key that anything is known of has an *entry* (entries.ts): how to load it, the value that is kept, and
 * the *lease*, which is the one load that may write that value. Memcached gives its clients a token with a
 * miss, and takes what they write only as long as the token is valid [1]. Here the load itself is the token,
 * and to invalidate is to let go of it, and of the loads that wait for it. They go on for their callers, who
 * asked before; when a load ends, it looks whether it is still the one that its entry knows, and if not it
 * writes nothing. There is no flag for *outdated*, and so no path on which to forget it.
 *
 * A *load* (load.ts) counts those who wait for it: callers, and loads that need it. With the last it is given
 * up, and what it waited for is left by it in turn. Who sets no deadline never leaves, so all those share the
 * one promise of the load, and cost an increment. Only a caller that may leave has a promise of its own
 * (caller.ts).
 *
 * Dependencies are found before any loader is called: in one go, depth first, on a path that is a list
 * (loads.ts). In such a search, to come upon something that is still on the path is to have found a cycle
 * [2]; and as nothing is awaited in between, no other search is half way, so there is nothing else that could
 * wait in a circle. Edges lead from entry to entry. They say what a value *was* made from, not what is
 * registered by now, so an invalidation follows what happened.
 *
 * A value may have an age (policy.ts). One that is *due* is given out once more, and loaded anew behind the
 * caller's back [3]; one that has *expired* is waited for. A refresh is a load that nobody waits for, and all
 * rules of loads hold for it: it has the lease, others may join it, and an invalidation takes its lease away.
 * When it brings another value, all that was made from the former becomes due; when it brings the same one,
 * nothing does, which build systems call an early cutoff [4].
 *
 * Attempts repeat with pauses that are drawn from a range which doubles (attempts.ts): the pauses that grow
 * spare the service, and the drawing keeps those who failed together from coming back together [5].
 *
 * ## The ideal that was rejected
 *
 * Nobody would ever see an outdated value if the callers of a load that was invalidated were handed over to
 * the next one. It is only a line, and it means that somebody who asks for a value that is invalidated more
 * often than it can be loaded is never answered. They asked before the change, so an answer from before the
 * change is a right one; and that answer comes.
 *
 * A timer for each value would refresh it before anybody asks, and for each lease would end it on time. Ages
 * are looked at when somebody asks, instead: what nobody wants is not loaded again, nothing keeps a process
 * alive, and there is nothing to close. Timers are there for those who wait: deadlines, and pauses.
 *
 * What was used together is counted exactly, each pair of keys in each session (sessions.ts). A sketch of the
 * most frequent pairs would need less memory, and is worth its trouble from some thousands of keys on.
 *
 * ## What it costs
 *
 * To ask for what is kept, or on its way: one lookup and no allocation. To load: one entry, one load, and one
 * promise beside the loader's own. A kept value takes some 220 bytes, where a `Map` of promises takes 95; a
 * load on its way takes 340, and gives 120 of them back. An AbortController, which takes more than all of
 * this, is made for loaders that look at their signal. `invalidate` is O(what it forgets, and the edges
 * there), `register` O(its dependencies), `graph` O(everything).
 *
 * There is no bound on what is kept: a loader is for what a program has a limited number of, such as its
 * classes. And it knows its own process only. Two processes load twice, and an invalidation in one is not
 * heard in the other.
 *
 * ## Where to read
 *
 * 1. options.ts: what users write and read
 * 2. policy.ts: ages, pauses and leases, as arithmetic
 * 3. entries.ts: what is known of each key
 * 4. load.ts and attempts.ts: one load, and the calls of its loader
 * 5. loads.ts: who may load what, and what is kept
 * 6. caller.ts: who waits, and may leave
 * 7. lazy-loader.ts: the loader; with sessions.ts and graph.ts
 * 8. lazy.ts: the decorator
 *
 * ## Sources
 *
 * 1. R. Nishtala et al.: Scaling Memcache at Facebook. NSDI 2013. Leases, against stale sets and stampedes.
 * 2. R. Tarjan: Depth-First Search and Linear Graph Algorithms. SIAM Journal on Computing 1(2), 1972.
 * 3. M. Nottingham: HTTP Cache-Control Extensions for Stale Content. RFC 5861, 2010. Stale while revalidate.
 * 4. A. Mokhov, N. Mitchell, S. Peyton Jones: Build Systems à la Carte. Proceedings of the ACM on Programming
 *    Languages 2, ICFP, 2018.
 * 5. M. Brooker: Exponential Backoff and Jitter. AWS Architecture Blog, 2015. Full jitter.
 * 6. B. Fitzpatrick et al.: groupcache, package singleflight. github.com/golang/groupcache, 2013. One call
 *    for all who ask meanwhile, as a package of its own.
 * 7. E. R. Gansner, S. C. North: An Open Graph Visualization System and its Applications to Software
 *    Engineering. Software: Practice and Experience 30(11), 2000. Graphviz.
 *
 * @module
 */

export { DependencyGraph, type GraphNode, type NodeState } from './graph.ts';
export { invalidateLazy, lazy } from './lazy.ts';
export { LazyMetadataLoader } from './lazy-loader.ts';
export {
  DependencyCycleError,
  DependencyError,
  type LoadContext,
  type Loader,
  type LoaderOptions,
  type LoadOptions,
  type LoadPolicy,
  LoadTimeoutError,
  type Milliseconds,
  MissingLoaderError,
  type PreloadOptions,
  type PreloadResult,
  type Schedule,
  TOGETHER_TIMES,
} from './options.ts';
