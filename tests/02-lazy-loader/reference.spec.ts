import { getEventListeners } from 'node:events';
import { afterEach, describe, expect, it } from 'vitest';
import {
  type DependencyGraph,
  LazyMetadataLoader,
  type LoadContext,
  type LoaderOptions,
  type LoadPolicy,
} from '../../reference/02-lazy-loader/index.ts';
import { checkInvariants } from '../../reference/02-lazy-loader/invariants.ts';
import { backoff, ONCE_AND_FOR_GOOD } from '../../reference/02-lazy-loader/policy.ts';
import { Clock } from '../clock.ts';
import { macrotask } from '../deferred.ts';
import { recorder } from '../recorder.ts';
import { answerOf, answersOf, STILL_WAITING, unhandledIn, watch } from './answers.ts';
import { Service } from './service.ts';
import { Timers } from './timers.ts';

/** A sequence of numbers from 0 to 1, the same for the same seed. */
function randomFrom(seed: number): () => number {
  let state = seed;
  return () => {
    state = (state * 48_271) % 2_147_483_647;
    return state / 2_147_483_647;
  };
}

const loaders: LazyMetadataLoader[] = [];
afterEach(() => {
  for (const loader of loaders.splice(0)) checkInvariants(loader);
});

/** A loader whose registered keys ask a service; time is turned by hand. */
function setUp(needs: Readonly<Record<string, readonly string[]>>, options: LoaderOptions = {}) {
  const clock = new Clock();
  const timers = new Timers();
  const service = new Service();
  const { now } = clock;
  const loader = new LazyMetadataLoader({ now, schedule: timers.schedule, random: () => 0.5, ...options });
  loaders.push(loader);
  for (const [key, deps] of Object.entries(needs)) loader.register(key, service.loader(key), deps);
  const advance = async (ms: number) => {
    clock.advance(ms);
    timers.advance(ms);
    await macrotask();
  };
  /** Asks for a key and answers whatever is asked for it. */
  const loaded = async (key: string) => {
    const call = loader.get<string>(key);
    await service.answerAll();
    return call;
  };
  return { loader, service, timers, advance, loaded };
}

describe('One promise', () => {
  it('is shared by all who ask without options, during the load and after it', async () => {
    const { loader, service } = setUp({ Order: [] });
    const during = loader.get('Order');
    expect(loader.get('Order'), 'the promise of another').toBe(during);
    await service.answer('Order');
    expect(loader.get('Order'), 'the promise of who comes later').toBe(during);
  });

  it('is found from within a loader, before it has returned', async () => {
    const { loader } = setUp({});
    let inner: Promise<unknown> | undefined;
    const outer = loader.load('Order', () => {
      inner = loader.get('Order');
      return 'columns';
    });
    expect(await answersOf([outer, inner!]), 'the answers').toEqual(['columns', 'columns']);
  });

  it('has one listener for all callers with the same signal', async () => {
    const { loader, service } = setUp({ Order: [], Customer: [], Country: [] });
    const { signal } = new AbortController();
    const calls = ['Order', 'Customer', 'Country'].map((key) => loader.get(key, { signal }));
    expect(getEventListeners(signal, 'abort'), 'listeners').toHaveLength(1);
    await service.answerAll();
    await Promise.all(calls);
    expect(getEventListeners(signal, 'abort'), 'listeners afterwards').toHaveLength(0);
  });
});

describe('Attempts', () => {
  it('repeat until one succeeds, and the callers hear of that one only', async () => {
    const { loader, service, advance } = setUp({ Order: [] }, { attempts: 3 });
    const call = loader.get('Order');
    for (const attempt of [1, 2]) {
      await service.fail('Order', new Error(`failure ${attempt}`));
      expect(await answerOf(call), `after failure ${attempt}`).toBe(STILL_WAITING);
      await advance(1_000);
    }
    await service.answer('Order', 'columns');
    expect(await call, 'the answer').toBe('columns');
    expect(service.asked, 'calls of the loader').toEqual(['Order', 'Order', 'Order']);
  });

  it('end with the error of the last one', async () => {
    const { loader, service, advance } = setUp({ Order: [] }, { attempts: 2 });
    const call = watch(loader.get('Order'));
    await service.fail('Order', new Error('first'));
    await advance(1_000);
    await service.fail('Order', new Error('second'));
    await expect(call, 'the call').rejects.toThrow('second');
  });

  it('end with an error that another attempt would not mend', async () => {
    const isTransient = (error: unknown) => (error as Error).message !== 'not found';
    const { loader, service, timers } = setUp({ Order: [] }, { attempts: 9, retryIf: isTransient });
    const call = watch(loader.get('Order'));
    await service.fail('Order', new Error('not found'));
    await expect(call, 'the call').rejects.toThrow('not found');
    expect(timers.running, 'timers that run').toBe(0);
  });

  it('of a loader that throws are no different', async () => {
    const { loader, advance } = setUp({}, { attempts: 2 });
    const [order, calls] = recorder((_: LoadContext) => {
      if (calls.length === 1) throw new Error('thrown');
      return 'columns';
    });
    const call = loader.load('Order', order);
    await macrotask();
    await advance(1_000);
    expect(await call, 'the answer').toBe('columns');
    expect(calls[0]![0], 'what the second attempt was given').toBe(calls[1]![0]);
  });

  it('pause up to 100 ms, then 200, 400 and so on, by what is drawn', async () => {
    const draws = [0.5, 0.25, 0.9];
    const pauses: number[] = [];
    const { loader, service } = setUp(
      { Order: [] },
      {
        attempts: 4,
        random: () => draws.shift()!,
        schedule: (callback, ms) => {
          pauses.push(ms);
          setImmediate(callback);
          return () => {};
        },
      },
    );
    const call = watch(loader.get('Order'));
    for (let attempt = 1; attempt <= 4; attempt++) {
      await macrotask();
      await service.fail('Order', new Error('down'));
      await macrotask();
    }
    await expect(call, 'the call').rejects.toThrow('down');
    expect(pauses, 'pauses in ms').toEqual([50, 50, 360]);
  });

  it('have a pause that is bounded, however often they fail', () => {
    const policy = { ...ONCE_AND_FOR_GOOD, backoffMs: 100, maxBackoffMs: 5_000 };
    const longest = [1, 2, 6, 7, 2_000, 1e9].map((failures) => backoff(failures, 1, policy));
    expect(longest, 'longest pauses in ms').toEqual([100, 200, 3_200, 5_000, 5_000, 5_000]);
    expect(backoff(2_000, 0.5, { ...policy, backoffMs: 0 }), 'without a pause').toBe(0);
  });

  it('stop when the last caller has left, in the middle of a pause too', async () => {
    const { loader, service, timers, advance } = setUp({ Order: [] }, { attempts: 3 });
    const leaving = new AbortController();
    const call = watch(loader.get('Order', { signal: leaving.signal }));
    await service.fail('Order', new Error('down'));
    expect(timers.running, 'timers that run in the pause').toBe(1);
    leaving.abort(new Error('left'));
    await expect(call, 'the call').rejects.toThrow('left');
    expect(timers.running, 'timers that run when all have left').toBe(0);
    await advance(1_000);
    expect(service.asked, 'calls of the loader').toHaveLength(1);
  });

  it('are counted by the policy of the key, where it has one', async () => {
    const { loader, service } = setUp({}, { attempts: 3 });
    loader.register('Order', service.loader('Order'), [], { attempts: 1 });
    const call = watch(loader.get('Order'));
    await service.fail('Order', new Error('down'));
    await expect(call, 'the call').rejects.toThrow('down');
  });
});

describe('Refresh', () => {
  const MINUTE: LoadPolicy = { refreshAfterMs: 60_000 };

  it('gives a hundred callers what is there, and loads once behind them', async () => {
    const { loader, service, advance, loaded } = setUp({ Order: [] }, MINUTE);
    await loaded('Order');
    await advance(59_999);
    await loader.get('Order');
    await macrotask();
    expect(service.open, 'what is loaded before it is due').toEqual([]);

    await advance(1);
    const calls = Array.from({ length: 100 }, () => loader.get('Order'));
    expect(new Set(await answersOf(calls)), 'what the callers get').toEqual(new Set(['value of Order']));
    expect(service.open, 'what is loaded').toEqual(['Order']);
    await service.answer('Order', 'new');
    expect(await answerOf(loader.get('Order')), 'what later callers get').toBe('new');
  });

  it('is waited for when the value has expired meanwhile', async () => {
    const { loader, service, advance, loaded } = setUp({ Order: [] }, { ...MINUTE, expireAfterMs: 90_000 });
    await loaded('Order');
    await advance(60_000);
    await loader.get('Order');
    await advance(30_000);
    const call = loader.get('Order');
    expect(await answerOf(call), 'after it has expired').toBe(STILL_WAITING);
    await service.answer('Order', 'new');
    expect(await call, 'the answer').toBe('new');
    expect(service.asked, 'loads').toHaveLength(2);
  });

  it('that fails is told, leaves the value, and is tried again after a pause that grows', async () => {
    const [onRefreshError, told] = recorder((_key: string, _error: unknown) => {});
    const { loader, service, advance, loaded } = setUp(
      { Order: [] },
      { ...MINUTE, backoffMs: 1_000, onRefreshError },
    );
    await loaded('Order');
    await advance(60_000);
    for (const pauseMs of [500, 1_000, 2_000]) {
      await loader.get('Order');
      await macrotask();
      await service.fail('Order', new Error('down'));
      await advance(pauseMs - 1);
      expect(await answerOf(loader.get('Order')), 'what callers get').toBe('value of Order');
      expect(service.open, `loads before ${pauseMs} ms are over`).toEqual([]);
      await advance(1);
    }
    expect(told, 'what onRefreshError was told').toEqual(new Array(3).fill(['Order', new Error('down')]));
  });

  it('that fails is nobody’s unhandled rejection', async () => {
    const { loader, service, advance, loaded } = setUp({ Order: [] }, MINUTE);
    await loaded('Order');
    await advance(60_000);
    const unhandled = await unhandledIn(async () => {
      await loader.get('Order');
      await macrotask();
      await service.fail('Order', new Error('down'));
    });
    expect(unhandled, 'rejections that nobody handled').toEqual([]);
  });

  it('does not put back what was invalidated during it', async () => {
    const { loader, service, advance, loaded } = setUp({ Order: [] }, MINUTE);
    await loaded('Order');
    await advance(60_000);
    await loader.get('Order');
    await macrotask();
    expect(loader.invalidate('Order'), 'what was forgotten').toEqual(['Order']);
    await macrotask();
    expect(service.signalOf('Order').aborted, 'whether the refresh was cancelled').toBe(true);
    const call = loader.get('Order');
    await service.answer('Order', 'outdated');
    await service.answer('Order', 'new');
    expect(await call, 'the answer').toBe('new');
  });

  it('needs a loader: without one the value is given out until it expires', async () => {
    const { loader, advance } = setUp({}, { ...MINUTE, expireAfterMs: 90_000 });
    await loader.load('Order', () => 'columns');
    await advance(60_000);
    expect(await loader.get('Order'), 'a value that is due').toBe('columns');
    await advance(30_000);
    await expect(loader.get('Order'), 'after it has expired').rejects.toThrow('no loader is registered');
  });

  it('that brings another value makes due what was made from the former', async () => {
    const { loader, service, advance, loaded } = setUp({ Order: ['Customer'], Invoice: ['Order'] });
    loader.register('Customer', service.loader('Customer'), [], MINUTE);
    await loaded('Invoice');
    await advance(60_000);
    await loader.get('Customer');
    await macrotask();
    await service.answer('Customer', 'new');
    expect(statesOf(loader.graph()), 'states').toEqual({ Customer: 'loaded', Order: 'due', Invoice: 'due' });

    expect(await loader.get('Invoice'), 'what the caller gets').toBe('value of Invoice');
    await service.answerAll();
    expect(service.asked.slice(4), 'what is loaded behind the caller').toEqual(['Order', 'Invoice']);
    expect(new Set(Object.values(statesOf(loader.graph()))), 'states at last').toEqual(new Set(['loaded']));
  });

  it('that brings the same value makes nothing due', async () => {
    const { loader, service, advance, loaded } = setUp({ Order: ['Customer'] });
    loader.register('Customer', service.loader('Customer'), [], MINUTE);
    await loaded('Order');
    await advance(60_000);
    await loader.get('Customer');
    await service.answerAll();
    expect(statesOf(loader.graph()), 'states').toEqual({ Customer: 'loaded', Order: 'loaded' });
  });

  it('makes due what is being made from the former value at that moment', async () => {
    const { loader, service, advance, loaded } = setUp({ Order: ['Customer'] });
    loader.register('Customer', service.loader('Customer'), [], MINUTE);
    await loaded('Customer');
    const order = loader.get('Order');
    await advance(60_000);
    await loader.get('Customer');
    await macrotask();
    await service.answer('Customer', 'new');
    await service.answer('Order', 'made from the old');
    expect(await order, 'what the caller gets').toBe('made from the old');
    expect(statesOf(loader.graph()), 'states').toEqual({ Customer: 'loaded', Order: 'due' });
  });

  it('waits for those of what it depends on', async () => {
    const { loader, service, advance, loaded } = setUp({ Order: ['Customer'], Customer: [] }, MINUTE);
    await loaded('Order');
    await advance(60_000);
    await loader.get('Order');
    await macrotask();
    expect(service.open, 'what is loaded at first').toEqual(['Customer']);
    await service.answer('Customer');
    expect(service.open, 'what is loaded then').toEqual(['Order']);
    await service.answer('Order');
  });
});

describe('Lease', () => {
  it('ends for a load that takes too long: who asks then begins another, and only that is kept', async () => {
    const { loader, service, advance } = setUp({ Order: [] }, { leaseMs: 5_000 });
    const early = loader.get('Order');
    await advance(4_999);
    expect(loader.get('Order'), 'the promise of who asks in time').toBe(early);
    await advance(1);
    const late = loader.get('Order');
    expect(service.open, 'loads on their way').toEqual(['Order', 'Order']);

    await service.answer('Order', 'from the first');
    expect(await answersOf([early, late]), 'answers').toEqual(['from the first', STILL_WAITING]);
    await service.answer('Order', 'from the second');
    expect(await answersOf([late, loader.get('Order')]), 'answers at last').toEqual(
      new Array(2).fill('from the second'),
    );
  });

  it('does not matter while nobody asks', async () => {
    const { loader, service, advance } = setUp({ Order: [] }, { leaseMs: 5_000 });
    void loader.get('Order');
    await advance(60_000);
    await service.answer('Order', 'late');
    expect(await loader.get('Order'), 'what is kept').toBe('late');
    expect(service.asked, 'loads').toHaveLength(1);
  });

  it('takes the leases of those that wait for it along', async () => {
    const { loader, service, advance } = setUp({ Order: ['Customer'] });
    loader.register('Customer', service.loader('Customer'), [], { leaseMs: 5_000 });
    const early = loader.get('Order');
    await advance(5_000);
    watch(loader.get('Customer'));
    const late = loader.get('Order');
    expect(service.open, 'loads on their way').toEqual(['Customer', 'Customer']);

    await service.answer('Customer');
    await service.answer('Order', 'from the first');
    await service.answer('Customer');
    await service.answer('Order', 'from the second');
    expect(await answersOf([early, late]), 'answers').toEqual(['from the first', 'from the second']);
    expect(await answerOf(loader.get('Order')), 'what is kept').toBe('from the second');
  });

  it('of a refresh that hangs does not keep the next from its turn', async () => {
    const policy = { refreshAfterMs: 60_000, leaseMs: 5_000 };
    const { loader, service, advance, loaded } = setUp({ Order: [] }, policy);
    await loaded('Order');
    await advance(60_000);
    await loader.get('Order');
    await advance(5_000);
    await loader.get('Order');
    await macrotask();
    expect(service.open, 'refreshes on their way').toEqual(['Order', 'Order']);
    expect(service.requests[1]!.context.signal.aborted, 'whether the first was cancelled').toBe(true);
  });
});

describe('Graph', () => {
  it('is a text, in which each key is taken apart once', async () => {
    const needs = { Invoice: ['Order', 'Customer'], Order: ['Customer', 'Adress'], Customer: ['Country'] };
    const { loader, service } = setUp({ ...needs, Country: [] });
    watch(loader.get('Invoice'));
    await service.answer('Country');
    expect(loader.graph().toText(), 'text').toBe(
      [
        'Invoice (registered)',
        '├─ Order (registered)',
        '│  ├─ Customer (loading)',
        '│  │  └─ Country (loaded)',
        '│  └─ Adress (missing)',
        '└─ Customer (loading) …',
      ].join('\n'),
    );
  });

  it('shows what can only fail, too', () => {
    const { loader } = setUp({ a: ['b'], b: ['a'] });
    expect(loader.graph().toText(), 'text').toBe(
      ['a (registered)', '└─ b (registered)', '   └─ a (registered) …'].join('\n'),
    );
  });

  it('is a drawing for Graphviz, whatever the keys are called', () => {
    const { loader } = setUp({ 'a "b"': ['c\\d'], 'c\\d': [] });
    expect(loader.graph().toDot(), 'drawing').toBe(
      [
        'digraph dependencies {',
        '  n0 [label="a \\"b\\"", style=dashed];',
        '  n0 -> n1;',
        '  n1 [label="c\\\\d", style=dashed];',
        '}',
      ].join('\n'),
    );
  });

  it('says what a value was made from, not what is registered by now', async () => {
    const { loader, service, loaded } = setUp({ Order: ['Customer'], Customer: [], Address: [] });
    await loaded('Order');
    loader.register('Order', service.loader('Order'), ['Address']);
    const depsOf = () => loader.graph().nodes.find(({ key }) => key === 'Order')!.deps;
    expect(depsOf(), 'before it is loaded anew').toEqual(['Customer']);
    loader.invalidate('Order');
    expect(depsOf(), 'after it was forgotten').toEqual(['Address']);
  });

  it('of one moment stays as it is', async () => {
    const { loader, loaded } = setUp({ Order: [] });
    const before = loader.graph();
    await loaded('Order');
    expect(statesOf(before), 'states then').toEqual({ Order: 'registered' });
    expect(statesOf(loader.graph()), 'states now').toEqual({ Order: 'loaded' });
  });

  it('forgets keys that nothing is known of', async () => {
    const { loader, service } = setUp({});
    const left = new AbortController();
    watch(loader.loadWithDependencies('Order', ['Nobody'], () => 1));
    watch(loader.load('Customer', service.loader('Customer')));
    watch(loader.load('Address', service.loader('Address'), { signal: left.signal }));
    await loader.load('Country', () => 'columns');
    left.abort();
    await service.fail('Customer', new Error('down'));
    loader.invalidate('Country');
    expect(loader.graph().nodes, 'nodes').toEqual([]);
  });
});

describe('Long chains', () => {
  it('of 20,000 keys are opened, loaded, drawn and invalidated', async () => {
    const { loader } = setUp({});
    const last = 20_000;
    for (let i = 0; i <= last; i++) loader.register(`${i}`, () => i, i === 0 ? [] : [`${i - 1}`]);
    expect(await loader.get(`${last}`), 'the answer').toBe(last);
    expect(loader.graph().toDot(), 'drawing').toContain(`n${last} -> n${last - 1}`);
    expect(loader.invalidate('0'), 'what was forgotten').toHaveLength(last + 1);
  });
});

describe('Options', () => {
  const cases: readonly [LoaderOptions, string][] = [
    [{ attempts: 0 }, 'attempts must be an integer from 1, received 0'],
    [{ backoffMs: -1 }, 'backoffMs must be 0 or more, received -1'],
    [{ maxBackoffMs: Infinity }, 'maxBackoffMs must be from 0 to 2147483647, received Infinity'],
    [{ leaseMs: NaN }, 'leaseMs must be 0 or more, received NaN'],
    [{ refreshAfterMs: 2, expireAfterMs: 1 }, 'refreshAfterMs must not exceed expireAfterMs, 1, received 2'],
    [{ retryIf: true as never }, 'retryIf must be a function, received true'],
    [{ now: 0 as never }, 'now must be a function, received 0'],
    [{ random: 0 as never }, 'random must be a function, received 0'],
    [{ onRefreshError: 'log' as never }, `onRefreshError must be a function, received 'log'`],
  ];
  for (const [options, message] of cases) {
    it(message, () => {
      expect(() => new LazyMetadataLoader(options)).toThrow(message);
    });
  }

  it('of a key override the expiry alone, though the default refresh would come later', async () => {
    const { loader, service, advance } = setUp({}, { refreshAfterMs: 60_000 });
    loader.register('Order', service.loader('Order'), [], { expireAfterMs: 1_000 });
    void loader.get('Order');
    await service.answer('Order');
    await advance(1_000);
    const call = loader.get('Order');
    await service.answer('Order', 'new');
    expect(await call, 'the answer').toBe('new');
  });
});

describe('At random', () => {
  /** What a key is made of: the version of the key when it was loaded, and what its dependencies were. */
  interface Made {
    readonly key: string;
    readonly version: number;
    readonly from: readonly Made[];
  }

  // Each key depends on a few before it, so there are no cycles.
  const keys = Array.from({ length: 12 }, (_, i) => `k${i}`);

  /**
   * Three thousand steps: somebody asks or leaves, something changes and is invalidated, a load ends or fails,
   * or time goes by. What each caller gets must not be older than what was true when it asked.
   */
  async function wander(seed: number, policy: LoadPolicy): Promise<{ answers: number; failures: number }> {
    const random = randomFrom(seed);
    const pick = (count: number) => Math.floor(random() * count);
    const { loader, timers, advance } = setUp({}, { ...policy, random, onRefreshError: () => {} });
    const versions = new Map(keys.map((key) => [key, 0]));
    const open: (() => void)[] = [];

    for (const [i, key] of keys.entries()) {
      const deps = keys.slice(0, i).filter(() => random() < 0.2);
      const load = ({ dependencies }: LoadContext) => {
        const made: Made = { key, version: versions.get(key)!, from: dependencies as Made[] };
        return new Promise<Made>((resolve, reject) => {
          open.push(() => (random() < 0.2 ? reject(new Error('down')) : resolve(made)));
        });
      };
      loader.register(key, load, deps);
    }

    const figures = { answers: 0, failures: 0, asked: 0 };
    const leaving: AbortController[] = [];
    const ask = (key: string) => {
      figures.asked++;
      const asOf = new Map(versions);
      const exit = random() < 0.3 ? new AbortController() : undefined;
      if (exit) leaving.push(exit);
      loader.get<Made>(key, exit && { signal: exit.signal }).then(
        (made) => {
          figures.answers++;
          for (const { key, version } of partsOf(made)) {
            if (version < asOf.get(key)!) throw new Error(`${key} is older than the question`);
          }
        },
        () => figures.failures++,
      );
    };
    const settleOne = () => open.splice(pick(open.length), 1)[0]?.();

    for (let step = 0; step < 3_000; step++) {
      const what = random();
      const key = keys[pick(keys.length)]!;
      if (what < 0.4) ask(key);
      else if (what < 0.7) settleOne();
      else if (what < 0.8) leaving.splice(pick(leaving.length), 1)[0]?.abort();
      else if (what < 0.9) await advance(pick(50));
      else {
        versions.set(key, versions.get(key)! + 1);
        loader.invalidate(key);
      }
      if (random() < 0.5) await macrotask();
      checkInvariants(loader);
    }
    await macrotask();
    while (open.length > 0 || timers.running > 0) {
      settleOne();
      await advance(1_000);
    }
    expect(figures.answers + figures.failures, 'calls that were answered').toBe(figures.asked);
    for (const node of loader.graph().nodes) expect(node.state, node.key).not.toMatch(/loading|refreshing/);
    return figures;
  }

  function* partsOf(made: Made): Generator<Made> {
    yield made;
    for (const part of made.from) yield* partsOf(part);
  }

  const policies: Readonly<Record<string, LoadPolicy>> = {
    'values that are kept for good': {},
    'three attempts': { attempts: 3, backoffMs: 20 },
    'values that are refreshed': { refreshAfterMs: 60, expireAfterMs: 200, backoffMs: 20 },
    'short leases': { refreshAfterMs: 60, leaseMs: 40, attempts: 2, backoffMs: 20 },
  };
  for (const [name, policy] of Object.entries(policies)) {
    it(`nobody gets what was outdated when they asked, and all get something: ${name}`, async () => {
      const unhandled = await unhandledIn(async () => {
        const { answers, failures } = await wander(7, policy);
        expect(answers, 'calls that got a value').toBeGreaterThan(200);
        expect(failures, 'calls that got an error').toBeGreaterThan(20);
      });
      expect(unhandled, 'errors that nobody handled').toEqual([]);
    });
  }
});

function statesOf(graph: DependencyGraph): Record<string, string> {
  return Object.fromEntries(graph.nodes.map(({ key, state }) => [key, state]));
}
