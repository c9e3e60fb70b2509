import {
  LazyMetadataLoader,
  type LoadContext,
  type Loader,
  type LoaderOptions,
} from '#exercise/02-lazy-loader';
import { type Deferred, deferred, macrotask } from '../deferred.ts';

interface Request {
  readonly key: string;
  readonly context: LoadContext;
  readonly response: Deferred<string>;
  isOpen: boolean;
}

/** What loaders ask: it writes down for which keys, and answers when the test says so. */
export class Service {
  readonly requests: Request[] = [];

  /** The keys that were asked for, in order, one a call of a loader. */
  get asked(): string[] {
    return this.requests.map(({ key }) => key);
  }

  /** The keys that were asked for and not answered yet. */
  get open(): string[] {
    return this.requests.filter(({ isOpen }) => isOpen).map(({ key }) => key);
  }

  /** Asks the service for `key`. */
  loader(key: string): Loader<string> {
    return (context) => {
      const request = { key, context, response: deferred<string>(), isOpen: true };
      this.requests.push(request);
      return request.response.promise;
    };
  }

  /** Answers the oldest open request for `key`, and lets everything run that follows from it. */
  async answer(key: string, value = `value of ${key}`): Promise<void> {
    this.#close(key).resolve(value);
    await macrotask();
  }

  async fail(key: string, error: unknown): Promise<void> {
    this.#close(key).reject(error);
    await macrotask();
  }

  /** Answers all that is open, and what is asked in consequence. */
  async answerAll(): Promise<void> {
    await macrotask();
    for (let [key] = this.open; key !== undefined; [key] = this.open) await this.answer(key);
  }

  /** The signal that the loader of the latest request for `key` was given. */
  signalOf(key: string): AbortSignal {
    const request = this.requests.findLast((request) => request.key === key);
    if (!request) throw new Error(`the loader of ${key} was not called`);
    return request.context.signal;
  }

  #close(key: string): Deferred<string> {
    const request = this.requests.find((request) => request.isOpen && request.key === key);
    if (!request) throw new Error(`the loader of ${key} was not called, or was answered already`);
    request.isOpen = false;
    return request.response;
  }
}

/**
 * A loader whose registered keys ask a service.
 *
 * @param needs of each key, what it depends on
 */
export function registered(needs: Readonly<Record<string, readonly string[]>>, options: LoaderOptions = {}) {
  const loader = new LazyMetadataLoader(options);
  const service = new Service();
  for (const [key, deps] of Object.entries(needs)) loader.register(key, service.loader(key), deps);
  return { loader, service };
}
