// A call under way, and which of them the running code belongs to.

import { AsyncLocalStorage } from 'node:async_hooks';
import type { Operation, TreeNode } from './call-tree.ts';
import type { Bytes, Milliseconds, Span } from './options.ts';

/** What ends a call: it counts it, and says when that was. */
export interface Ending {
  readonly context: Context;
  end(call: Call): void;
}

export class Call implements Span {
  hasEnded = false;
  hasFailed = false;
  startedAt: Milliseconds = 0;
  heapBefore: Bytes = 0;

  /** How many calls are running that are nested directly in this one. */
  #nested = 0;
  /** Since when it is not 0. */
  #nestedSince: Milliseconds = 0;
  /** How long it was not 0, up to the last time that it became 0. */
  #nestedMs: Milliseconds = 0;

  constructor(
    readonly operation: Operation,
    /** The call that it is nested in: when it began, that was running. See {@link close}. */
    public outer: Call | undefined,
    /** Where its time is filed; `undefined` if it is not timed, and then nothing that is nested in it is. */
    readonly node: TreeNode | undefined,
    readonly expectedIntervalMs: Milliseconds | undefined,
    readonly ending: Ending,
  ) {}

  // ---- The span that its owner has ----------------------------------------------------------------------

  run<T>(fn: () => T): T {
    return this.ending.context.run(this, fn);
  }

  fail(): void {
    this.hasFailed = true;
  }

  [Symbol.dispose](): void {
    if (!this.hasEnded) this.ending.end(this);
  }

  // ---- Time ---------------------------------------------------------------------------------------------
  //
  // Calls side by side are an interval from the first that begins to the last that ends: the time that they
  // share is in it once. So no list of them is needed, only how many there are.

  // #region self
  nestedBegins(now: Milliseconds): void {
    if (this.#nested++ === 0) this.#nestedSince = now;
  }

  nestedEnds(now: Milliseconds): void {
    if (--this.#nested === 0) this.#nestedMs += Math.max(0, now - this.#nestedSince);
  }

  /** How long nothing was running that is nested in it, if it ends now: what is still running outlives it. */
  selfMsUntil(now: Milliseconds): Milliseconds {
    const outliving = this.#nested === 0 ? 0 : Math.max(0, now - this.#nestedSince);
    return Math.max(0, now - this.startedAt - this.#nestedMs - outliving);
  }
  // #endregion self

  /**
   * From now on nobody is nested in it, and who looks for the call around him goes on to {@link outer}. That
   * skips what has ended, too; otherwise calls that each begin before the one before them ends would keep all
   * of their forerunners alive.
   */
  close(): void {
    this.hasEnded = true;
    this.outer = running(this.outer);
  }
}

/** The innermost call, from `call` outwards, that has not ended. */
function running(call: Call | undefined): Call | undefined {
  while (call?.hasEnded) call = call.outer;
  return call;
}

/**
 * Which call the running code belongs to.
 *
 * Node can tell: an {@link AsyncLocalStorage} follows a call through every `await` and callback [4]. That
 * has a price, which every promise of the process pays from the first `run` on. But what a function does before it
 * returns needs no storage: a variable is enough, if it is put back in time. And of what the function leaves
 * to be done later, nothing runs before it has returned; if it is synchronous it has ended by then, and the
 * code belongs to what was around it. So a synchronous call never enters the storage.
 *
 * Between two turns the variable is empty, and the storage answers. Within a turn the variable is the inner
 * one of the two: whoever enters the storage sets it as well.
 */
export class Context {
  #current: Call | undefined;
  readonly #storage = new AsyncLocalStorage<Call>();

  // #region context
  /** The call that what begins now is nested in. */
  innermost(): Call | undefined {
    return running(this.#current ?? this.#storage.getStore());
  }

  /** Until {@link leave} the running code belongs to `call`. Returns what is to be left again. */
  enter(call: Call): Call | undefined {
    const around = this.#current;
    this.#current = call;
    return around;
  }

  leave(around: Call | undefined): void {
    this.#current = around;
  }

  /** Calls `fn`, which belongs to `call`, as does all that it leaves to be done later. */
  run<T>(call: Call, fn: () => T): T {
    const around = this.enter(call);
    try {
      return this.#storage.run(call, fn);
    } finally {
      this.leave(around);
    }
  }
  // #endregion context
}
