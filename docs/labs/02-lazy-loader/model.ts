import { type GraphNode, LazyMetadataLoader } from '../../../reference/02-lazy-loader/index.ts';
import { randomNumbers } from '../../../reference/00-framework/generator.ts';
import { VirtualTime } from '../virtual-time.ts';

export const KEYS = ['Product', 'Order', 'Customer'] as const;

export interface Rush {
  readonly callers: number;
  /** In which they all come. */
  readonly withinMs: number;
  /** What a load takes. */
  readonly loadMs: number;
  /** From which age on a value is not given out. */
  readonly expireAfterMs: number;
}

export interface Caller {
  readonly key: string;
  readonly askedAt: number;
  readonly answeredAt: number;
  /** Began a load, waited for another's, or found the value there. */
  readonly did: 'loads' | 'joins' | 'finds';
}

/** What becomes of a hundred callers on three keys, by the reference, or by the loader function alone. */
export async function rush({ callers, withinMs, loadMs, expireAfterMs }: Rush, isDeduplicated: boolean): Promise<Caller[]> {
  const time = new VirtualTime();
  const loader = new LazyMetadataLoader({ now: time.now, schedule: time.schedule, expireAfterMs });
  const random = randomNumbers(11);
  const told: Caller[] = [];
  for (let i = 0; i < callers; i++) {
    const draw = random();
    const key = KEYS[draw < 0.6 ? 0 : draw < 0.9 ? 1 : 2];
    time.schedule(() => void ask(key), Math.floor(random() * withinMs));
  }

  async function ask(key: string): Promise<void> {
    const askedAt = time.now();
    let hasLoaded = false;
    const load = async () => {
      hasLoaded = true;
      await time.sleep(loadMs);
      return key;
    };
    await (isDeduplicated ? loader.load(key, load) : load());
    const answeredAt = time.now();
    told.push({ key, askedAt, answeredAt, did: hasLoaded ? 'loads' : answeredAt === askedAt ? 'finds' : 'joins' });
  }

  await time.run();
  return told.sort((a, b) => KEYS.indexOf(a.key as never) - KEYS.indexOf(b.key as never) || a.askedAt - b.askedAt);
}

/** Of what each is made, in the graph that can be invalidated. */
export const DEPENDENCIES: Readonly<Record<string, readonly string[]>> = {
  Country: [],
  Currency: [],
  Address: ['Country'],
  Price: ['Currency'],
  Customer: ['Address'],
  Product: ['Price'],
  Order: ['Customer', 'Product'],
  Report: ['Order'],
};

/** A loader of {@link DEPENDENCIES}, and how often each key was loaded. */
export class Shop {
  readonly loads = new Map<string, number>();
  readonly #loader = new LazyMetadataLoader();

  constructor() {
    for (const [key, deps] of Object.entries(DEPENDENCIES)) {
      this.#loader.register(
        key,
        () => {
          this.loads.set(key, (this.loads.get(key) ?? 0) + 1);
          return key;
        },
        deps,
      );
    }
  }

  /** Loads what is not there, of `key` and what it needs. Returns how many loads that took. */
  async get(key: string): Promise<number> {
    const before = this.#total();
    await this.#loader.get(key);
    return this.#total() - before;
  }

  /** Returns what was forgotten. */
  invalidate(key: string): string[] {
    return this.#loader.invalidate(key);
  }

  get nodes(): readonly GraphNode[] {
    return this.#loader.graph().nodes;
  }

  #total(): number {
    return [...this.loads.values()].reduce((sum, loads) => sum + loads, 0);
  }
}
