import autocannon from 'autocannon';
import {
  type Figures,
  median,
  quantile,
  type Sample,
  type Station,
} from '../../../reference/07-benchmark-lab/index.ts';
import { type OpenShop, ShopError } from './process.ts';
import type { ShopName } from './settings.ts';

/** Enough for the processor to be what they wait for. */
export const CONNECTIONS = 50;
/** Pages that are asked for in turn: many products, and now and then a category. */
const PATHS = Array.from({ length: 40 }, (_, n) => (n % 8 === 7 ? `/categories/${n}` : `/products/${(n * 37) % 200}`));

/** What clients saw. */
export interface Load {
  readonly answered: number;
  readonly perSecond: number;
  readonly p50Ms: number;
  readonly p99Ms: number;
}

/**
 * Asks for pages, each connection for the next one when the last is there.
 *
 * @throws ShopError if anything was not answered, or not with 200
 */
export async function drive(url: string, seconds: number): Promise<Load> {
  const took: number[] = [];
  const start = performance.now();
  let last = start;
  const instance = autocannon({
    url,
    connections: CONNECTIONS,
    duration: seconds,
    sampleInt: 20,
    requests: PATHS.map((path) => ({ path })),
  });
  instance.on('response', (_client: unknown, _status: number, _bytes: number, ms: number) => {
    took.push(ms);
    last = performance.now();
  });
  const { errors, timeouts, non2xx } = await instance;
  const failed = errors + timeouts + non2xx;
  if (failed > 0) throw new ShopError(`${failed} of ${took.length} requests to ${url} were not answered with a page`);
  const answered = took.length;
  if (answered === 0) return { answered, perSecond: 0, p50Ms: NaN, p99Ms: NaN };
  return { answered, perSecond: answered / ((last - start) / 1e3), p50Ms: median(took), p99Ms: quantile(took, 0.99) };
}

/**
 * Asks each for a page, one after the other, so that none is in another's way; and again, until aborted.
 *
 * @throws ShopError if one does not answer
 */
export async function visit(urls: readonly string[], signal: AbortSignal): Promise<void> {
  for (let round = 0; !signal.aborted; round++) {
    for (const url of urls) await textOf(url + PATHS[round % PATHS.length]!);
    await new Promise((resolve) => setTimeout(resolve, PAUSE_MS));
  }
}

/** @throws ShopError if the two do not answer alike: then there is nothing to be compared */
export async function requireSame(before: string, after: string): Promise<void> {
  for (const path of PATHS) {
    const [one, other] = await Promise.all([textOf(before + path), textOf(after + path)]);
    if (one !== other) throw new ShopError(`with your parts in it, ${path} is another page:\n${other!.slice(0, 300)}`);
  }
}

async function textOf(url: string): Promise<string> {
  try {
    return await (await fetch(url, { signal: AbortSignal.timeout(PATIENCE_MS) })).text();
  } catch (error) {
    throw new ShopError(`${url} was not answered: ${(error as Error).message}`);
  }
}

/** For an answer. */
const PATIENCE_MS = 5_000;
/** Between two visits: so that somebody else can use the processor, too. */
const PAUSE_MS = 5;
/** Seconds of one sample, and of the warming up. */
const SAMPLE_S = 0.4;
const WARM_UP_S = 1.5;

/** What clients saw, and what it took the shop. */
export interface Cost extends Load {
  /** Of the processor, for each request, µs. It waits for nobody, so that what else the machine does is not in it. */
  readonly processorUs: number;
}

/** One shop in a process of its own; a sample is the nanoseconds for each request when all ask at once. */
export class ShopStation implements Station {
  /** Of each sample. */
  readonly costs: Cost[] = [];
  readonly #shop: OpenShop;
  readonly #name: ShopName;

  constructor(shop: OpenShop, name: ShopName) {
    this.#shop = shop;
    this.#name = name;
  }

  async warm(): Promise<void> {
    await this.#drive(WARM_UP_S);
  }

  async sample(): Promise<Sample> {
    const before = await this.#shop.processorTime();
    const load = await this.#drive(SAMPLE_S);
    const processorUs = ((await this.#shop.processorTime()) - before) / load.answered * 1e3;
    this.costs.push({ ...load, processorUs });
    return { value: 1e9 / load.perSecond, durationMs: SAMPLE_S * 1e3 };
  }

  async finish(): Promise<Figures> {
    return {};
  }

  close(): void {
    this.#shop.close();
  }

  async #drive(seconds: number): Promise<Load> {
    const { shops } = await this.#shop.addresses;
    return drive(shops[this.#name]!, seconds);
  }
}
