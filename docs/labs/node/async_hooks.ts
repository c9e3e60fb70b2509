/**
 * A browser does not carry a context across an `await`: this one reaches as far as the synchronous part of a call. No
 * lab shows anything that depends on more.
 */
export class AsyncLocalStorage<T> {
  #store: T | undefined;

  getStore(): T | undefined {
    return this.#store;
  }

  run<Result>(store: T | undefined, call: (...args: unknown[]) => Result, ...args: unknown[]): Result {
    const outer = this.#store;
    this.#store = store;
    try {
      return call(...args);
    } finally {
      this.#store = outer;
    }
  }

  exit<Result>(call: (...args: unknown[]) => Result, ...args: unknown[]): Result {
    return this.run(undefined, call, ...args);
  }

  enterWith(store: T): void {
    this.#store = store;
  }
}

export class AsyncResource {
  runInAsyncScope<Result>(call: (...args: unknown[]) => Result, self?: unknown, ...args: unknown[]): Result {
    return call.apply(self, args);
  }
}
