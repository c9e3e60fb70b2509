import { describe, expect, it } from 'vitest';
import {
  CACHED,
  cached,
  cachedMembers,
  invalidateCached,
  OptimizedMetadataCache,
  type WarmEntry,
} from '#exercise/01-metadata-cache';
import { describe as describeClass, shopClasses } from '#framework';
import { Clock } from '../clock.ts';
import { type Deferred, deferred, macrotask } from '../deferred.ts';
import { recorder } from '../recorder.ts';
import { kept, store } from './keys.ts';

/** A source of `count` loads that end when the test says so. */
function pendingLoads(count: number): { source: WarmEntry[]; started: Deferred<string>[] } {
  const started: Deferred<string>[] = [];
  const source = Array.from({ length: count }, (_, i): WarmEntry => {
    const load = () => {
      const pending = deferred<string>();
      started.push(pending);
      return pending.promise;
    };
    return [`key ${i}`, load];
  });
  return { source, started };
}

/** A source of one entry a letter, and the letters that were read of it. */
function readable(letters: string): { source: Iterable<WarmEntry>; read: string[] } {
  const read: string[] = [];
  function* source() {
    for (const letter of letters) {
      read.push(letter);
      yield [letter, () => `loaded ${letter}`] as const;
    }
  }
  return { source: source(), read };
}

/** Lets `warming` go on until it waits for a load; if it fails, so does the test. */
const untilItWaits = (warming: Promise<unknown>) => Promise.race([warming, macrotask()]);

async function* asynchronously<T>(source: Iterable<T>): AsyncIterable<T> {
  yield* source;
}

describe('1.6 Warm and decorate', () => {
  describe('1.6.1 `warm` loads what a source names, stores it and reports', () => {
    it('of an iterable', async () => {
      const cache = new OptimizedMetadataCache();
      const source = new Map<string, () => unknown>([
        ['currency', () => 'EUR'],
        ['locale', async () => 'de'],
      ]);
      const report = await cache.warm(source);
      expect(report, 'report').toMatchObject({ stored: 2, skipped: 0, failed: [] });
      expect(cache.peek('currency'), 'what a function returned').toBe('EUR');
      expect(cache.peek('locale'), 'what an async function returned').toBe('de');
    });

    it('of an async iterable', async () => {
      const cache = new OptimizedMetadataCache();
      const report = await cache.warm(asynchronously(readable('abc').source));
      expect(report, 'report').toMatchObject({ stored: 3, skipped: 0, failed: [] });
      expect(cache.peek('c'), 'the last value').toBe('loaded c');
    });

    it('as an entry like any other, with a weight and a life', async () => {
      const clock = new Clock();
      const cache = new OptimizedMetadataCache({ ttlMs: 100, now: clock.now, sizeOf: () => 3 });
      await cache.warm([['currency', () => 'EUR']]);
      const createdAt = clock.now();
      const expected = { hits: 0, createdAt, lastAccessedAt: createdAt, size: 3 };
      expect(cache.entry('currency'), 'entry').toMatchObject(expected);
      clock.advance(99);
      expect(cache.has('currency'), 'has, 99 ms after').toBe(true);
      clock.advance(1);
      expect(cache.has('currency'), 'has, 100 ms after').toBe(false);
    });

    it('of an empty source', async () => {
      const report = await new OptimizedMetadataCache().warm([]);
      expect(report, 'report').toMatchObject({ stored: 0, skipped: 0, failed: [] });
    });

    it('with what was skipped and what failed', async () => {
      const cache = new OptimizedMetadataCache();
      store(cache, 'b');
      const report = await cache.warm([
        ['a', () => 'loaded'],
        ['b', () => 'loaded'],
        ['c', () => Promise.reject(new Error('no such class'))],
        ['d', () => 'loaded'],
      ]);
      expect(report, 'report').toMatchObject({ stored: 2, skipped: 1, failed: [{ key: 'c' }] });
    });

    it('describes the classes of the shop before anybody asks', async () => {
      const cache = new OptimizedMetadataCache();
      await cache.warm(shopClasses.map((Class): WarmEntry => [Class.name, () => describeClass(Class)]));
      const [factory, calls] = recorder(describeClass);
      for (const Class of shopClasses) cache.get(Class.name, () => factory(Class));
      expect(calls.length, 'classes described later').toBe(0);
    });
  });

  describe('1.6.2 As many as `concurrency` loads run at a time, and no more', () => {
    it('the next one starts when one of two ends', async () => {
      const { source, started } = pendingLoads(5);
      const warming = new OptimizedMetadataCache().warm(source, { concurrency: 2 });
      for (let ended = 0; ended < 5; ended++) {
        await untilItWaits(warming);
        expect(started.length - ended, `loads running when ${ended} have ended`).toBe(Math.min(2, 5 - ended));
        started[ended]!.resolve('loaded');
      }
    });

    it('whichever of them ends first', async () => {
      const { source, started } = pendingLoads(5);
      const warming = new OptimizedMetadataCache().warm(source, { concurrency: 3 });
      await untilItWaits(warming);
      started[2]!.resolve('loaded');
      await untilItWaits(warming);
      expect(started.length, 'loads started when the third of three has ended').toBe(4);
    });

    it('of an async source', async () => {
      const { source, started } = pendingLoads(5);
      await untilItWaits(new OptimizedMetadataCache().warm(asynchronously(source), { concurrency: 3 }));
      expect(started.length, 'loads running').toBe(3);
    });

    it('8, when nothing else is said', async () => {
      const { source, started } = pendingLoads(20);
      await untilItWaits(new OptimizedMetadataCache().warm(source));
      expect(started.length, 'loads running').toBe(8);
    });
  });

  describe('1.6.3 A key that is there already is skipped', () => {
    it('not loaded and not replaced', async () => {
      const cache = new OptimizedMetadataCache();
      store(cache, 'a');
      const [load, calls] = recorder(() => 'loaded');
      const report = await cache.warm([['a', load]]);
      expect(calls.length, 'calls of the load').toBe(0);
      expect(cache.peek('a'), 'value').toBe('value of a');
      expect(report, 'report').toMatchObject({ stored: 0, skipped: 1 });
    });

    it('not used: it goes when it would have gone', async () => {
      const cache = new OptimizedMetadataCache({ maxEntries: 3 });
      store(cache, 'ab');
      await cache.warm([['a', () => 'loaded']]);
      store(cache, 'cd');
      expect(kept(cache, 'abcd'), 'entries kept').toBe('bcd');
    });

    it('not refreshed: it expires when it would have expired', async () => {
      const clock = new Clock();
      const cache = new OptimizedMetadataCache({ ttlMs: 100, now: clock.now });
      store(cache, 'a');
      clock.advance(60);
      await cache.warm([['a', () => 'loaded']]);
      clock.advance(40);
      expect(cache.has('a'), 'has, 100 ms after the set').toBe(false);
    });

    it('a value that was set while the key was being loaded is kept', async () => {
      const cache = new OptimizedMetadataCache();
      const { source, started } = pendingLoads(1);
      const warming = cache.warm(source);
      await untilItWaits(warming);
      cache.set('key 0', 'fresh');
      started[0]!.resolve('stale');
      const report = await warming;
      expect(cache.peek('key 0'), 'value').toBe('fresh');
      expect(report, 'report').toMatchObject({ stored: 0, skipped: 1 });
    });
  });

  describe('1.6.4 Nobody is evicted: `warm` fills the room that is free', () => {
    for (const [kind, wrapped] of [
      ['a source', <T>(source: Iterable<T>) => source],
      ['an async source', asynchronously],
    ] as const) {
      it(`reads ${kind} as far as there is room`, async () => {
        const [onEvict, evictions] = recorder((_key: string) => {});
        const cache = new OptimizedMetadataCache({ maxEntries: 5, onEvict });
        store(cache, 'xyz');
        const { source, read } = readable('abcdefgh');
        expect(await cache.warm(wrapped(source)), 'report').toMatchObject({ stored: 2, skipped: 0 });
        expect(read.join(''), 'entries read of the source').toBe('ab');
        expect(kept(cache, 'abcxyz'), 'entries kept').toBe('abxyz');
        expect(evictions, 'calls of onEvict').toEqual([]);
      });
    }

    it('reads nothing when there is no room', async () => {
      const cache = new OptimizedMetadataCache({ maxEntries: 3 });
      store(cache, 'xyz');
      const { source, read } = readable('abc');
      expect(await cache.warm(source), 'report').toMatchObject({ stored: 0, skipped: 0 });
      expect(read.join(''), 'entries read of the source').toBe('');
      expect(kept(cache, 'abcxyz'), 'entries kept').toBe('xyz');
    });

    it('an entry that has expired takes no room', async () => {
      const clock = new Clock();
      const cache = new OptimizedMetadataCache({ maxEntries: 3, ttlMs: 100, now: clock.now });
      store(cache, 'xyz');
      clock.advance(100);
      expect(await cache.warm(readable('abcdef').source), 'report').toMatchObject({ stored: 3 });
    });

    it('a key that is there and a load that fails take no room', async () => {
      const cache = new OptimizedMetadataCache({ maxEntries: 3 });
      store(cache, 'x');
      const report = await cache.warm([
        ['x', () => 'loaded'],
        ['a', () => Promise.reject(new Error('no such class'))],
        ['b', () => 'loaded'],
        ['c', () => 'loaded'],
        ['d', () => 'loaded'],
      ]);
      expect(report, 'report').toMatchObject({ stored: 2, skipped: 1, failed: [{ key: 'a' }] });
      expect(kept(cache, 'xabcd'), 'entries kept').toBe('xbc');
    });

    it('what is set while a load runs has the room, and what was loaded is skipped', async () => {
      const [onEvict, evictions] = recorder((_key: string) => {});
      const cache = new OptimizedMetadataCache({ maxEntries: 3, onEvict });
      const { source, started } = pendingLoads(3);
      const warming = cache.warm(source);
      await untilItWaits(warming);
      store(cache, 'xy');
      for (const load of started) load.resolve('loaded');
      expect(await warming, 'report').toMatchObject({ stored: 1, skipped: 2 });
      expect(kept(cache, 'xy'), 'what was set').toBe('xy');
      expect(cache.size, 'entries kept').toBe(3);
      expect(evictions, 'calls of onEvict').toEqual([]);
    });

    it('a value that is too heavy for the room is skipped', async () => {
      const cache = new OptimizedMetadataCache({ maxSize: 10, sizeOf: (value) => value as number });
      cache.set('x', 6);
      expect(await cache.warm([['a', () => 5]]), 'report').toMatchObject({ stored: 0, skipped: 1 });
      expect(await cache.warm([['b', () => 4]]), 'report').toMatchObject({ stored: 1, skipped: 0 });
      expect(kept(cache, 'xab'), 'entries kept').toBe('xb');
      expect(cache.currentSize, 'currentSize').toBe(10);
    });
  });

  describe('1.6.5 What was warmed goes first, the likeliest last', () => {
    /** A cache that writes down, in order, the letters of what it evicts. */
    function watched(): { cache: OptimizedMetadataCache; evicted: string[] } {
      const evicted: string[] = [];
      return { cache: new OptimizedMetadataCache({ onEvict: (key) => evicted.push(key) }), evicted };
    }

    it('before what was there already', async () => {
      const { cache, evicted } = watched();
      store(cache, 'xy');
      await cache.warm(readable('abc').source);
      for (let i = 0; i < 5; i++) cache.evictLRU();
      expect(evicted.join(''), 'order of eviction').toBe('cbaxy');
    });

    it('before what came later', async () => {
      const { cache, evicted } = watched();
      await cache.warm(readable('ab').source);
      store(cache, 'x');
      for (let i = 0; i < 3; i++) cache.evictLRU();
      expect(evicted.join(''), 'order of eviction').toBe('bax');
    });

    it('but not before others once it was asked for', async () => {
      const { cache, evicted } = watched();
      store(cache, 'x');
      await cache.warm(readable('ab').source);
      cache.get('b', () => 'asked the factory');
      for (let i = 0; i < 3; i++) cache.evictLRU();
      expect(evicted.join(''), 'order of eviction').toBe('axb');
    });

    it('by the order of the source, whichever was loaded first', async () => {
      const { cache, evicted } = watched();
      const { source, started } = pendingLoads(3);
      const warming = cache.warm(source);
      await untilItWaits(warming);
      for (const i of [2, 0, 1]) {
        started[i]!.resolve('loaded');
        await untilItWaits(warming);
      }
      await warming;
      for (let i = 0; i < 3; i++) cache.evictLRU();
      expect(evicted, 'order of eviction').toEqual(['key 2', 'key 1', 'key 0']);
    });
  });

  describe('1.6.6 A load that fails is reported, and the others go on', () => {
    const error = new Error('no such class');
    const failures: Record<string, () => unknown> = {
      throws: () => {
        throw error;
      },
      rejects: () => Promise.reject(error),
    };
    for (const [how, load] of Object.entries(failures)) {
      it(`when it ${how}`, async () => {
        const cache = new OptimizedMetadataCache();
        const source: WarmEntry[] = [['a', () => 'loaded'], ['b', load], ['c', () => 'loaded']];
        const { stored, failed } = await cache.warm(source, { concurrency: 1 });
        expect(failed.map(({ key }) => key), 'keys reported as failed').toEqual(['b']);
        expect(failed[0]!.error, 'the error reported').toBe(error);
        expect(stored, 'stored').toBe(2);
        expect(kept(cache, 'abc'), 'entries kept').toBe('ac');
      });
    }
  });

  describe('1.6.7 `@cached()` caches methods, getters and static members', () => {
    const priceClass = () =>
      class Price {
        static computed: string[] = [];
        computed: string[] = [];

        constructor(readonly net: number) {}

        @cached()
        gross(percent: number, currency: string): string {
          this.computed.push(`gross ${percent} ${currency}`);
          return `${this.net + (this.net * percent) / 100} ${currency}`;
        }

        @cached()
        get label(): string {
          this.computed.push('label');
          return `net ${this.net}`;
        }

        @cached()
        static parse(text: string): number {
          this.computed.push(`parse ${text}`);
          return Number.parseFloat(text);
        }

        @cached()
        static get currencies(): string[] {
          this.computed.push('currencies');
          return ['EUR', 'CHF'];
        }
      };

    it('a method, by its arguments', () => {
      const price = new (priceClass())(100);
      const calls = [[20, 'EUR'], [7, 'EUR'], [20, 'CHF'], [20, 'EUR']] as const;
      const answers = calls.map(([percent, currency]) => price.gross(percent, currency));
      expect(answers, 'what the method returned').toEqual(['120 EUR', '107 EUR', '120 CHF', '120 EUR']);
      expect(price.computed, 'what was computed').toEqual(['gross 20 EUR', 'gross 7 EUR', 'gross 20 CHF']);
    });

    it('a getter', () => {
      const price = new (priceClass())(100);
      expect([price.label, price.label], 'what the getter returned').toEqual(['net 100', 'net 100']);
      expect(price.computed, 'what was computed').toEqual(['label']);
    });

    it('a static method and a static getter', () => {
      const Price = priceClass();
      expect([Price.parse('7 EUR'), Price.parse('7 EUR')], 'what the method returned').toEqual([7, 7]);
      expect(Price.currencies, 'what the getter returned').toBe(Price.currencies);
      expect(Price.computed, 'what was computed').toEqual(['parse 7 EUR', 'currencies']);
    });

    it('but no error', () => {
      class Rates {
        calls = 0;
        @cached()
        load(currency: string): string {
          if (++this.calls === 1) throw new Error('not yet');
          return `rate of ${currency}`;
        }
      }
      const rates = new Rates();
      expect(() => rates.load('CHF'), 'first call').toThrow();
      expect(rates.load('CHF'), 'second call').toBe('rate of CHF');
      expect(rates.load('CHF'), 'third call').toBe('rate of CHF');
      expect(rates.calls, 'calls that reached the method').toBe(2);
    });
  });

  describe('1.6.8 No two different lists of arguments share an entry', () => {
    const callsClass = () =>
      class Calls {
        count = 0;
        @cached()
        number(..._args: unknown[]): number {
          return ++this.count;
        }
        @cached({ keyOf: ({ id }: { id: number }) => String(id) })
        numberById(_order: { id: number }): number {
          return ++this.count;
        }
      };

    it('of primitives', () => {
      const lists = [
        [], [undefined], [null], [undefined, undefined], [null, undefined], ['undefined'], ['null'],
        [true], ['true'], [0], [-0], [1], ['1'], [1n], ['1n'], [NaN], ['NaN'], [1, 2], ['1,2'], [12],
        [''], ['', ''], [','], ['a', 'b'], ['a,b'], ['a', 'b', ''], ['a"'], ['a\\"'], ['a","b'],
        ['a', 1], ['a', '1'],
      ];
      const calls = new (callsClass())();
      const first = lists.map((list) => calls.number(...list));
      expect(first, 'number of the call that answered each list').toEqual(lists.map((_, i) => i + 1));
      expect(lists.map((list) => calls.number(...list)), 'the same, asked again').toEqual(first);
    });

    it('by `keyOf` where it is given', () => {
      const calls = new (callsClass())();
      const answers = [{ id: 1 }, { id: 2 }, { id: 1 }].map((order) => calls.numberById(order));
      expect(answers, 'number of the call that answered').toEqual([1, 2, 1]);
    });

    it('other arguments without `keyOf` are a `TypeError`', () => {
      const calls = new (callsClass())();
      expect(() => calls.number({ id: 1 }), 'with an object').toThrow(TypeError);
      expect(() => calls.number('a', [1]), 'with an array').toThrow(TypeError);
      expect(() => calls.number(() => 1), 'with a function').toThrow(TypeError);
      expect(calls.count, 'calls that reached the method').toBe(0);
    });
  });

  describe('1.6.9 A cache for each object and each decorated member', () => {
    it('two objects of a class', () => {
      class Order {
        constructor(readonly id: number) {}
        @cached()
        title(): string {
          return `order ${this.id}`;
        }
      }
      const titles = [new Order(1), new Order(2)].map((order) => order.title());
      expect(titles, 'titles').toEqual(['order 1', 'order 2']);
    });

    it('two members of an object', () => {
      class Order {
        @cached()
        title(language: string): string {
          return `title in ${language}`;
        }
        @cached()
        terms(language: string): string {
          return `terms in ${language}`;
        }
      }
      const order = new Order();
      expect(order.title('de'), 'one member').toBe('title in de');
      expect(order.terms('de'), 'the other').toBe('terms in de');
    });

    it('a member and the one that it overrides', () => {
      class Entity {
        @cached()
        describe(): string {
          return 'entity';
        }
      }
      class Order extends Entity {
        @cached()
        override describe(): string {
          return `order, an ${super.describe()}`;
        }
        describeAsEntity(): string {
          return super.describe();
        }
      }
      const order = new Order();
      expect(order.describe(), 'the overriding member').toBe('order, an entity');
      expect(order.describeAsEntity(), 'the overridden member').toBe('entity');
      expect(order.describe(), 'the overriding member, again').toBe('order, an entity');
    });

    it('a static member of a class and of one that inherits it', () => {
      class Entity {
        @cached()
        static table(): string {
          return `table of ${this.name}`;
        }
      }
      class Order extends Entity {}
      expect([Entity.table(), Order.table()], 'tables').toEqual(['table of Entity', 'table of Order']);
    });

    it('with the options given', () => {
      const clock = new Clock();
      class Order {
        computed = '';
        @cached({ maxEntries: 2, ttlMs: 100, now: clock.now })
        in(language: string): string {
          this.computed += language;
          return language;
        }
      }
      const order = new Order();
      const other = new Order();
      for (const language of 'abba') order.in(language);
      for (const language of 'cd') other.in(language);
      expect(order.computed, 'computed while two fit').toBe('ab');
      for (const language of 'cab') order.in(language); // b goes for c, a stays
      expect(order.computed, 'computed with a third').toBe('abcb');
      clock.advance(100);
      order.in('b');
      expect(order.computed, 'computed after 100 ms').toBe('abcbb');
    });
  });

  describe('1.6.10 What is cached for an object does not keep it alive', () => {
    it('though the cached value refers to it', async () => {
      class Order {
        @cached()
        line(number: number): object {
          return { order: this, number };
        }
      }
      const order = (() => {
        const order = new Order();
        order.line(1);
        return new WeakRef(order);
      })();
      for (let round = 0; round < 3 && order.deref(); round++) {
        await macrotask(); // a WeakRef holds what it gave until the end of the task
        globalThis.gc!();
      }
      expect(order.deref() === undefined, 'whether the object was collected').toBe(true);
    });
  });

  describe('1.6.11 `invalidateCached` forgets what is cached for one object', () => {
    const orderClass = () =>
      class Order {
        computed: string[] = [];
        @cached()
        title(language: string): string {
          this.computed.push(`title ${language}`);
          return `title in ${language}`;
        }
        @cached()
        get total(): number {
          this.computed.push('total');
          return 120;
        }
        askAll(): void {
          this.title('de');
          this.title('fr');
          void this.total;
        }
      };

    it('of one member', () => {
      const order = new (orderClass())();
      order.askAll();
      order.computed = [];
      invalidateCached(order, 'title');
      order.askAll();
      expect(order.computed, 'computed again').toEqual(['title de', 'title fr']);
    });

    it('of all members', () => {
      const order = new (orderClass())();
      order.askAll();
      order.computed = [];
      invalidateCached(order);
      order.askAll();
      expect(order.computed, 'computed again').toEqual(['title de', 'title fr', 'total']);
    });

    it('not for another object', () => {
      const Order = orderClass();
      const [order, other] = [new Order(), new Order()];
      order.askAll();
      other.askAll();
      other.computed = [];
      invalidateCached(order);
      other.askAll();
      expect(other.computed, 'computed again for the other').toEqual([]);
    });

    it('of a static member of a class', () => {
      class Rates {
        static calls = 0;
        @cached()
        static current(): number {
          return ++this.calls;
        }
      }
      Rates.current();
      invalidateCached(Rates, 'current');
      expect(Rates.current(), 'number of the call that answered').toBe(2);
    });

    it('of an object for which nothing is cached', () => {
      expect(() => invalidateCached(new (orderClass())(), 'title'), 'invalidateCached').not.toThrow();
      expect(() => invalidateCached({}), 'invalidateCached of a plain object').not.toThrow();
    });
  });

  describe('1.6.12 `cachedMembers` lists the decorated members of a class', () => {
    const audit = Symbol('audit');
    function classes() {
      class Entity {
        @cached()
        describe(): string {
          return 'entity';
        }
        plain(): string {
          return 'plain';
        }
      }
      class Order extends Entity {
        @cached()
        get total(): number {
          return 120;
        }
        @cached()
        static table(): string {
          return 'orders';
        }
        @cached()
        [audit](): string {
          return 'audited';
        }
      }
      class Invoice extends Entity {
        @cached()
        number(): number {
          return 1;
        }
      }
      return { Entity, Order, Invoice };
    }
    const describeMember = { name: 'describe', kind: 'method', static: false };

    it('with name, kind and static', () => {
      const members = cachedMembers(classes().Order);
      expect(members, 'members of Order').toHaveLength(4);
      expect(members, 'members of Order').toEqual(
        expect.arrayContaining([
          { name: 'total', kind: 'getter', static: false },
          { name: 'table', kind: 'method', static: true },
          { name: audit, kind: 'method', static: false },
        ]),
      );
    });

    it('those inherited first', () => {
      const { Order, Invoice } = classes();
      expect(cachedMembers(Order)[0], 'the first member of Order').toEqual(describeMember);
      const number = { name: 'number', kind: 'method', static: false };
      expect(cachedMembers(Invoice), 'members of Invoice').toEqual([describeMember, number]);
    });

    it('as `Class[Symbol.metadata]` has them', () => {
      const { Order } = classes();
      const listed = Order[Symbol.metadata]?.[CACHED];
      expect(listed, 'Order[Symbol.metadata][CACHED]').toEqual(cachedMembers(Order));
    });

    it('of the parent, its own only', () => {
      expect(cachedMembers(classes().Entity), 'members of Entity').toEqual([describeMember]);
    });

    it('none of a class that has none', () => {
      expect(cachedMembers(class Plain {}), 'members').toEqual([]);
    });
  });
});
