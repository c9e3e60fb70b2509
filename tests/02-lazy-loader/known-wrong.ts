import type { KnownWrong } from '../known-wrong.ts';

export default [
  // ---- Step 1: share one load -----------------------------------------------------------------------------
  {
    id: 'shares-only-what-is-loaded',
    step: '1',
    patch: [
      {
        find: 'const load = this.#loads.get(key) ?? this.#begin(key, recipe ?? this.#recipe(key), path);',
        replace: `const known = this.#loads.get(key);
    const load = known?.isSettled ? known : this.#begin(key, recipe ?? this.#recipe(key), path);`,
      },
    ],
    breaks: [
      '2.1.3', '2.1.6', '2.2.1', '2.2.6', '2.2.9', '2.3.1', '2.3.2', '2.3.4', '2.3.5', '2.3.6', '2.3.8',
      '2.4.1', '2.4.3', '2.4.4', '2.4.5', '2.4.6', '2.4.7', '2.4.8', '2.4.9', '2.5.6', '2.5.8', '2.6.6',
      '2.7.1', '2.7.2', '2.7.3', '2.7.4',
    ],
    say:
      'Nothing is remembered before the value has come, so everybody who asks until then starts a load of ' +
      'their own: the stampede of a cold start. What can be remembered at once is the promise.',
  },
  {
    id: 'takes-falsy-for-absent',
    step: '1',
    patch: [
      {
        find: 'if (load.isSettled) return load.promise;',
        replace: `if (load.isSettled) {
      return (await load.promise) || this.#begin(key, recipe ?? this.#recipe(key), path).promise;
    }`,
      },
    ],
    breaks: ['2.1.2'],
    say:
      "A value such as `0`, `''` or `undefined` is taken for none, and loaded again at each call. Whether " +
      'a key is there and what its value is are two questions.',
  },
  {
    id: 'keeps-failures',
    step: '1',
    patch: [
      {
        find: `        load.isSettled = true;
        this.#forget(load);`,
        replace: '        load.isSettled = true;',
      },
    ],
    breaks: ['2.1.7', '2.1.8', '2.2.10', '2.3.3', '2.7.3'],
    say:
      'The promise that was rejected stays in the map, and answers every later call with the same old ' +
      'error. One failure at start and the key is broken until the next restart.',
  },
  {
    id: 'forgets-failures-too-late',
    step: '1',
    patch: [
      {
        find: `        load.isSettled = true;
        this.#forget(load);`,
        replace: `        load.isSettled = true;
        setImmediate(() => this.#forget(load));`,
      },
    ],
    breaks: ['2.1.8', '2.2.10', '2.3.3', '2.7.3'],
    say:
      'The failure is forgotten, but only after the callers have heard of it. A caller that tries again ' +
      'at once gets the same rejected promise: a retry that never retries. Who is told first, they or ' +
      'your map?',
  },
  {
    id: 'throws-instead-of-rejecting',
    step: '1',
    patch: [
      {
        find: 'return this.#ask(key, { loader, deps: [] }, options);',
        replace: `if (this.#loads.has(key)) return this.#ask(key, { loader, deps: [] }, options);
    const brought = loader({ dependencies: [], signal: new AbortController().signal });
    return this.#ask(key, { loader: () => brought, deps: [] }, options);`,
      },
    ],
    breaks: ['2.1.5', '2.1.7', '2.1.8', '2.1.9', '2.4.2', '2.4.9', '2.7.3'],
    say:
      'A loader that throws before it has made a promise makes `load` throw too, past the catch of every ' +
      'caller who expects a promise. The call of the loader has to stand where a throw becomes a ' +
      'rejection.',
  },
  {
    id: 'wraps-the-error',
    step: '1',
    patch: [
      {
        find: 'return loader({ dependencies: await Promise.all(needed), signal });',
        replace: `const dependencies = await Promise.all(needed);
    try {
      return await loader({ dependencies, signal });
    } catch (error) {
      throw new Error(\`cannot load \${key}\`, { cause: error });
    }`,
      },
    ],
    breaks: ['2.1.5', '2.1.6', '2.2.9', '2.3.6', '2.5.2', '2.7.3'],
    say:
      "The caller gets an error of yours instead of the loader's: whoever looks for its class or its " +
      'fields finds nothing. Hand on the very error.',
  },
  {
    id: 'tells-the-first-caller-only',
    step: '1',
    patch: [
      {
        find: 'if (load.isSettled) return load.promise;',
        replace: `if (load.isSettled) return load.promise;
    if (load.waiters > 0) return load.promise.catch(() => undefined);`,
      },
    ],
    breaks: [
      '2.1.5', '2.1.6', '2.2.8', '2.2.9', '2.4.1', '2.4.3', '2.4.4', '2.4.6', '2.4.7', '2.4.8', '2.5.8',
      '2.7.3',
    ],
    say:
      'The caller who began the load gets the error; those who joined it get `undefined`, as if that were ' +
      'the value. Everybody who shares a load shares its end.',
  },
  {
    id: 'leaves-a-rejection-unhandled',
    step: '1',
    patch: [
      {
        find: `    load.promise.then(
      () => (load.isSettled = true),
      () => {
        load.isSettled = true;
        this.#forget(load);
      },
    );`,
        replace: `    load.promise.finally(() => (load.isSettled = true));
    load.promise.catch(() => this.#forget(load));`,
      },
    ],
    breaks: ['2.1.9', '2.4.5', '2.6.7'],
    say:
      '`then`, `catch` and `finally` each make a further promise. The one that your bookkeeping made is ' +
      'rejected too, and nobody handles it: Node ends the process for that, though every caller has ' +
      'caught the error.',
  },
  {
    id: 'refuses-the-empty-key',
    step: '1',
    patch: [
      {
        find: `  requireType('string', 'key', key);`,
        replace: `  if (!key) throw new TypeError('key must not be empty');`,
      },
    ],
    breaks: ['2.1.4'],
    say: 'The empty string is taken for a missing key. Any string is a key.',
  },
  {
    id: 'loads-one-key-at-a-time',
    step: '1',
    patch: [
      {
        find: '  readonly #recipes = new Map<string, Recipe>();',
        replace: `  readonly #recipes = new Map<string, Recipe>();
  #queue: Promise<unknown> = Promise.resolve();`,
      },
      {
        find: 'return loader({ dependencies: await Promise.all(needed), signal });',
        replace: `const dependencies = await Promise.all(needed);
    const turn = this.#queue.then(() => loader({ dependencies, signal }));
    this.#queue = turn.catch(() => {});
    return turn;`,
      },
    ],
    breaks: [
      '2.1.4', '2.2.5', '2.3.4', '2.3.5', '2.3.7', '2.3.8', '2.4.5', '2.4.9', '2.5.2', '2.5.3', '2.5.4',
      '2.5.8', '2.6.6',
    ],
    say:
      'One load waits for another that it has nothing to do with: the slowest key holds up all the ' +
      'others. What must not happen twice at a time is the load of the same key.',
  },
  {
    id: 'copies-the-value',
    step: '1',
    patch: [
      {
        find: 'if (load.isSettled) return load.promise;',
        replace: 'if (load.isSettled) return structuredClone(await load.promise);',
      },
    ],
    breaks: ['2.1.1'],
    say:
      'Callers get copies. That costs more than what is saved for a large value, and what one of them ' +
      "changes the others don't see.",
  },
  {
    id: 'keeps-no-values',
    step: '1',
    patch: [
      {
        find: '      () => (load.isSettled = true),',
        replace: `      () => {
        load.isSettled = true;
        this.#forget(load);
      },`,
      },
    ],
    breaks: [
      '2.1.1', '2.1.2', '2.1.4', '2.1.7', '2.2.1', '2.2.2', '2.2.6', '2.2.10', '2.3.1', '2.3.2', '2.3.3',
      '2.3.5', '2.3.6', '2.3.8', '2.3.9', '2.4.3', '2.4.5', '2.4.6', '2.4.10', '2.5.1', '2.5.2', '2.6.6',
      '2.7.1', '2.7.4', '2.7.5',
    ],
    say:
      'Concurrent calls share a load, but its value is dropped with it: whoever asks a moment later loads ' +
      'again.',
  },

  // ---- Step 2: load what it depends on first --------------------------------------------------------------
  {
    id: 'loads-when-registered',
    step: '2',
    patch: [
      {
        find: '    this.#recipes.set(key, { loader, deps: [...deps] });',
        replace: `    this.#recipes.set(key, { loader, deps: [...deps] });
    this.#wait(key, undefined, {}).catch(() => {});`,
      },
    ],
    breaks: [
      '2.2.1', '2.2.3', '2.2.5', '2.2.6', '2.2.7', '2.2.8', '2.2.9', '2.3.1', '2.3.2', '2.3.3', '2.3.4',
      '2.3.5', '2.3.7', '2.3.9', '2.4.2', '2.4.3', '2.4.4', '2.4.7', '2.4.8', '2.5.1', '2.5.2', '2.5.3',
      '2.5.7', '2.5.8',
    ],
    say:
      '`register` starts the load: everything that is ever registered is loaded at start, needed or not, ' +
      'and before what it depends on is known.',
  },
  {
    id: 'keeps-the-first-registration',
    step: '2',
    patch: [
      {
        find: '    this.#recipes.set(key, { loader, deps: [...deps] });',
        replace: '    if (!this.#recipes.has(key)) this.#recipes.set(key, { loader, deps: [...deps] });',
      },
    ],
    breaks: ['2.2.1'],
    say: 'A key that is registered again keeps its first loader. The last one counts.',
  },
  {
    id: 'undefined-for-a-missing-loader',
    step: '2',
    patch: [
      {
        find: '    if (!recipe) throw new MissingLoaderError(key);',
        replace: '    if (!recipe) return { loader: () => undefined, deps: [] };',
      },
    ],
    breaks: ['2.2.2', '2.2.9', '2.5.5', '2.6.7'],
    say:
      'A key that nobody knows how to load has the value `undefined`: a typing error in a key goes ' +
      'unnoticed until something far away reads a property of `undefined`.',
  },
  {
    id: 'needs-a-loader-for-what-is-loaded',
    step: '2',
    patch: [
      {
        find: 'return this.#ask(key, undefined, options);',
        replace: `return this.#recipes.has(key)
      ? this.#ask(key, undefined, options)
      : Promise.reject(new MissingLoaderError(key));`,
      },
    ],
    breaks: ['2.2.2'],
    say:
      '`get` looks for a registered loader before it looks whether the value is there. Whoever loaded the ' +
      'key has said how; no second loader is needed for what is kept.',
  },
  {
    id: 'does-not-wait-for-dependencies',
    step: '2',
    patch: [
      {
        find: 'return loader({ dependencies: await Promise.all(needed), signal });',
        replace: `for (const one of needed) one.catch(() => {});
    return loader({ dependencies: deps.map((dep) => this.#loads.get(dep)?.isSettled), signal });`,
      },
    ],
    breaks: ['2.2.3', '2.2.4', '2.2.6', '2.2.7', '2.2.8', '2.2.9', '2.2.10', '2.3.7', '2.4.7', '2.6.6'],
    say:
      'The dependencies are begun, but the loader is called without waiting for them: it finds ' +
      '`undefined` where their values should be.',
  },
  {
    id: 'dependencies-in-order-of-arrival',
    step: '2',
    patch: [
      {
        find: 'return loader({ dependencies: await Promise.all(needed), signal });',
        replace: `const arrived: unknown[] = [];
    await Promise.all(needed.map(async (one) => arrived.push(await one)));
    return loader({ dependencies: arrived, signal });`,
      },
    ],
    breaks: ['2.2.4'],
    say:
      'The values stand in the order in which they came, which is another on every run. A loader that ' +
      'takes the first for the customer gets the address on a bad day.',
  },
  {
    id: 'one-dependency-after-the-other',
    step: '2',
    patch: [
      {
        find: `    const needed = deps.map((dep) =>
      this.#wait(dep, undefined, { signal }, path).catch(dependencyFailed(key, dep)),
    );`,
        replace: `    const needed: unknown[] = [];
    for (const dep of deps) {
      needed.push(await this.#wait(dep, undefined, { signal }, path).catch(dependencyFailed(key, dep)));
    }`,
      },
    ],
    breaks: ['2.2.5', '2.2.10'],
    say:
      'Each dependency is awaited before the next is begun: ten of 80 ms take 800 ms. Begin all, then ' +
      'wait for all.',
  },
  {
    id: 'loads-shared-dependencies-twice',
    step: '2',
    patch: [
      {
        find: 'const load = this.#loads.get(key) ?? this.#begin(key, recipe ?? this.#recipe(key), path);',
        replace: `const known = path.length === 0 ? this.#loads.get(key) : undefined;
    const load = known ?? this.#begin(key, recipe ?? this.#recipe(key), path);`,
      },
    ],
    breaks: ['2.2.6', '2.3.2', '2.4.8', '2.6.6'],
    say:
      'A dependency is loaded for each key that needs it, though it is there or on its way. Dependencies ' +
      "go through the same map as the callers' keys.",
  },
  {
    id: 'waits-in-a-circle',
    step: '2',
    patch: [
      {
        find: '    if (start >= 0) throw new DependencyCycleError([...path.slice(start), key]);\n',
        replace: '',
      },
      { find: 'promise!: Promise<unknown>;', replace: 'promise: Promise<unknown> = new Promise(() => {});' },
    ],
    breaks: ['2.2.7', '2.2.8'],
    say:
      'Each key of a cycle waits for the next, and the last for the first: the call is never answered. ' +
      'Before a load begins to wait, it has to know on whose behalf it was begun.',
  },
  {
    id: 'takes-a-diamond-for-a-cycle',
    step: '2',
    patch: [
      {
        find: '    load.promise = this.#run(load, loader, [...path, key]);',
        replace: `    (path as string[]).push(key);
    load.promise = this.#run(load, loader, path);`,
      },
    ],
    breaks: ['2.2.6', '2.3.1', '2.3.2', '2.3.3', '2.3.9'],
    say:
      'A key that two others depend on is reported as a cycle. To have met a key before is no cycle; to ' +
      'meet it on the way from itself is. Each branch has a path of its own.',
  },
  {
    id: 'cycle-with-the-way-to-it',
    step: '2',
    patch: [
      {
        find: 'throw new DependencyCycleError([...path.slice(start), key]);',
        replace: 'throw new DependencyCycleError([...path, key]);',
      },
    ],
    breaks: ['2.2.7'],
    say:
      'The path of the cycle begins with the key that was asked for, even if that only leads there. What ' +
      'has to be broken up is the cycle: once around, from the key where it closes.',
  },
  {
    id: 'looks-for-cycles-too-late',
    step: '2',
    patch: [
      {
        find: '    const needed = deps.map((dep) =>',
        replace: `    await undefined;
    const needed = deps.map((dep) =>`,
      },
      { find: 'promise!: Promise<unknown>;', replace: 'promise: Promise<unknown> = new Promise(() => {});' },
    ],
    breaks: ['2.2.8'],
    say:
      'Two loads that need each other are begun side by side; each finds the other on its way already, ' +
      'and neither is on the path of the other. Follow the dependencies to their end before anything is ' +
      'awaited, or ask the graph of who waits for whom.',
  },
  {
    id: 'names-the-nearest-dependency-only',
    step: '2',
    patch: [
      {
        find: 'throw new DependencyError([key, ...error.path], error.cause);',
        replace: 'throw new DependencyError([key, dep], error);',
      },
    ],
    breaks: ['2.2.9'],
    say:
      'The error names the next key only, and its `cause` is another `DependencyError`: with four keys in ' +
      'a row one has to open four errors. The path leads to the key that failed, and `cause` is the error ' +
      'of that one.',
  },
  {
    id: 'loads-without-what-failed',
    step: '2',
    patch: [
      {
        find: 'return loader({ dependencies: await Promise.all(needed), signal });',
        replace: `const settled = await Promise.allSettled(needed);
    const dependencies = settled.map((one) => {
      if (one.status === 'fulfilled') return one.value;
      if (one.reason instanceof DependencyCycleError) throw one.reason;
    });
    return loader({ dependencies, signal });`,
      },
    ],
    breaks: ['2.2.9', '2.2.10', '2.4.7'],
    say:
      'The loader is called though a dependency failed, and finds `undefined` in its place. Half a value ' +
      'is kept as if it were whole.',
  },
  {
    id: 'one-failure-cancels-the-others',
    step: '2',
    patch: [
      {
        find: `        load.isSettled = true;
        this.#forget(load);`,
        replace: `        load.isSettled = true;
        this.#forget(load);
        load.cancel.abort();`,
      },
    ],
    breaks: ['2.2.10', '2.4.4'],
    say:
      'When one dependency fails, the others are given up too, though there is nothing wrong with them: ' +
      'the next attempt begins with nothing.',
  },

  // ---- Step 3: invalidate ---------------------------------------------------------------------------------
  {
    id: 'invalidates-values-only',
    step: '3',
    patch: [{ find: 'if (!load) continue;', replace: 'if (!load?.isSettled) continue;' }],
    breaks: ['2.3.3', '2.3.4', '2.3.5', '2.3.7', '2.3.8', '2.4.9', '2.7.4', '2.7.5'],
    say:
      '`invalidate` forgets values and overlooks loads that are on their way: those bring what they read ' +
      'before, and callers who ask after the invalidation join them.',
  },
  {
    id: 'stale-value-comes-back',
    step: '3',
    patch: [
      {
        find: '      () => (load.isSettled = true),',
        replace: `      () => {
        load.isSettled = true;
        this.#loads.set(key, load);
      },`,
      },
    ],
    breaks: ['2.3.5', '2.3.7', '2.4.5', '2.7.5'],
    say:
      'A load that was on its way when its key was invalidated stores its value when it ends: the old ' +
      'data is back, over the new, until the next restart. Before a load keeps anything, it has to be ' +
      'sure that it is still the one that counts.',
  },
  {
    id: 'direct-dependants-only',
    step: '3',
    patch: [
      {
        find: '      for (const dependant of this.#dependants.get(key) ?? []) open.add(dependant);',
        replace: `      if (forgotten.length > 0) {
        this.#forget(load);
        forgotten.push(key);
        continue;
      }
      for (const dependant of this.#dependants.get(key) ?? []) open.add(dependant);`,
      },
    ],
    breaks: ['2.3.2', '2.3.3'],
    say:
      'What depends on the key is forgotten, but not what depends on that: two steps away the old data ' +
      'lives on.',
  },
  {
    id: 'dependants-stay',
    step: '3',
    patch: [
      {
        find: '      for (const dependant of this.#dependants.get(key) ?? []) open.add(dependant);\n',
        replace: '',
      },
    ],
    breaks: ['2.3.2', '2.3.3', '2.3.7', '2.3.9'],
    say: 'Only the key itself is forgotten. Whatever was made from its value still shows the old one.',
  },
  {
    id: 'dependencies-go-too',
    step: '3',
    patch: [
      {
        find: '      for (const dependant of this.#dependants.get(key) ?? []) open.add(dependant);',
        replace: `      for (const dependant of this.#dependants.get(key) ?? []) open.add(dependant);
      for (const dep of load.deps) open.add(dep);`,
      },
    ],
    breaks: ['2.3.1', '2.3.3', '2.3.9'],
    say:
      'What the key depends on is forgotten with it, and from there nearly everything. Invalidation goes ' +
      'one way: to what was made from the key.',
  },
  {
    id: 'names-keys-twice',
    step: '3',
    patch: [
      { find: 'const open = new Set([key]);', replace: 'const open = [key];' },
      { find: 'open.add(dependant);', replace: 'open.push(dependant);' },
      {
        find: '      if (!load) continue;',
        replace: `      if (!load) {
        forgotten.push(key);
        continue;
      }`,
      },
    ],
    breaks: ['2.3.3'],
    say:
      'Keys are named that were not forgotten just now: one that two ways lead to is named twice, one ' +
      'that was not there is named too.',
  },
  {
    id: 'rejects-those-who-wait',
    step: '3',
    patch: [
      {
        find: 'if (!signal && timeoutMs === undefined) return load.promise; // stays to the end',
        replace: `if (!signal && timeoutMs === undefined) {
      const value = await load.promise;
      if (this.#loads.get(key) !== load) throw new Error(\`\${key} was invalidated\`);
      return value;
    }`,
      },
    ],
    breaks: ['2.3.6', '2.3.7', '2.7.4'],
    say:
      'An invalidation makes the calls fail that were waiting already. They asked before it, so what ' +
      'their load brings is an answer to their question.',
  },
  {
    id: 'has-and-then-get',
    step: '3',
    patch: [
      {
        find: 'if (load.isSettled) return load.promise;',
        replace: `if (load.isSettled) {
      await undefined;
      return this.#loads.get(key)?.promise;
    }`,
      },
    ],
    breaks: ['2.3.6'],
    say:
      'You look whether the key is there, wait, and then take it: when it is invalidated in between, the ' +
      'caller gets `undefined`. To look and to take must be one step.',
  },
  {
    id: 'depends-only-when-loaded',
    step: '3',
    patch: [
      {
        find: 'for (const dep of deps) entryOf(this.#dependants, dep, () => new Set<string>()).add(key);',
        replace: '',
      },
      {
        find: '      () => (load.isSettled = true),',
        replace: `      () => {
        load.isSettled = true;
        for (const dep of deps) entryOf(this.#dependants, dep, () => new Set<string>()).add(key);
      },`,
      },
      {
        find: 'this.#dependants.get(dep)!.delete(load.key);',
        replace: 'this.#dependants.get(dep)?.delete(load.key);',
      },
    ],
    breaks: ['2.3.7'],
    say:
      'A load is known to depend on something only once it has ended. One that has begun with the old ' +
      'value and is still at work when that is invalidated is overlooked.',
  },
  {
    id: 'old-failure-forgets-the-new-load',
    step: '3',
    patch: [
      {
        find: `        load.isSettled = true;
        this.#forget(load);`,
        replace: `        load.isSettled = true;
        this.#loads.delete(key);`,
      },
    ],
    breaks: ['2.3.8', '2.4.5'],
    say:
      'When a load fails, it removes whatever stands under its key, and that may be a newer load or its ' +
      'value by now. A load may only take away itself.',
  },
  {
    id: 'former-dependencies-count',
    step: '3',
    patch: [
      {
        find: '    for (const dep of load.deps) this.#dependants.get(dep)!.delete(load.key);\n',
        replace: '',
      },
    ],
    breaks: ['2.3.9'],
    say:
      'Dependencies are noted and never struck out: a key goes with what it once depended on, and the ' +
      'notes grow for as long as the process lives.',
  },
  {
    id: 'searches-all-keys',
    step: '3',
    patch: [
      {
        find: 'for (const dependant of this.#dependants.get(key) ?? []) open.add(dependant);',
        replace: 'for (const [other, { deps }] of this.#loads) if (deps.includes(key)) open.add(other);',
      },
    ],
    breaks: ['2.3.10'],
    say:
      'To find what depends on a key, all keys are looked through, for each key that goes: with 10,000 of ' +
      'them the event loop stands still. Keep for each key who depends on it.',
  },
  {
    id: 'one-version-for-all-keys',
    step: '3',
    patch: [
      {
        find: '  readonly #recipes = new Map<string, Recipe>();',
        replace: `  readonly #recipes = new Map<string, Recipe>();
  #version = 0;`,
      },
      {
        find: '    const forgotten: string[] = [];',
        replace: `    const forgotten: string[] = [];
    this.#version++;`,
      },
      {
        find: '      () => (load.isSettled = true),',
        replace: `      () => {
        load.isSettled = true;
        if (version !== this.#version) this.#forget(load);
      },`,
      },
      {
        find: '    this.#loads.set(key, load);',
        replace: `    this.#loads.set(key, load);
    const version = this.#version;`,
      },
    ],
    breaks: ['2.3.1'],
    say:
      'One counter for all keys: each invalidation throws away every load that is on its way, whatever ' +
      'its key. In a busy hour nothing is ever kept.',
  },

  // ---- Step 4: let a caller leave -------------------------------------------------------------------------
  {
    id: 'first-to-leave-cancels',
    step: '4',
    patch: [{ find: 'if (load.waiters === 0 && !load.isSettled)', replace: 'if (!load.isSettled)' }],
    breaks: ['2.4.4', '2.4.6', '2.4.7', '2.4.8', '2.5.8'],
    say:
      'The first caller who leaves cancels the load for all others. Somebody has to count who still ' +
      'waits.',
  },
  {
    id: 'one-leaves-all-leave',
    step: '4',
    patch: [
      {
        find: '      return await Promise.race([load.promise, left]);',
        replace: `      load.promise = Promise.race([load.promise, left]);
      return await load.promise;`,
      },
    ],
    breaks: ['2.4.1', '2.4.3', '2.4.4', '2.4.6', '2.4.7', '2.4.8', '2.5.8'],
    say:
      'The signal of one caller rejects the promise that all share: a closed browser window fails the ' +
      'requests of everybody else. Each caller needs a promise of its own beside the shared one.',
  },
  {
    id: 'a-reason-of-its-own',
    step: '4',
    patch: [{ find: 'leave(signal!.reason);', replace: 'leave(new Error(`load of ${key} aborted`));' }],
    breaks: ['2.4.1'],
    say:
      "The caller gets an error of yours instead of the reason that it gave its signal, and can't tell " +
      'its own abort from a failure.',
  },
  {
    id: 'waits-for-an-abort-that-has-been',
    step: '4',
    patch: [{ find: '    signal?.throwIfAborted();\n', replace: '' }],
    breaks: ['2.4.2', '2.5.7'],
    say:
      'A signal that is aborted already never fires again, so the listener waits in vain and the load is ' +
      'begun for nobody. Look at the signal before you listen to it.',
  },
  {
    id: 'timeout-of-the-first-caller',
    step: '4',
    patch: [
      {
        find: 'timeoutMs === undefined ? undefined :',
        replace: 'timeoutMs === undefined || load.waiters > 1 ? undefined :',
      },
    ],
    breaks: ['2.4.3', '2.4.4'],
    say:
      'The timer belongs to the load: a caller who joins one that is on its way waits without a limit, or ' +
      "with somebody else's. Each caller has a time of its own, from its own call.",
  },
  {
    id: 'leaves-timers-running',
    step: '4',
    patch: [{ find: '      cancelTimeout?.();\n', replace: '' }],
    breaks: ['2.4.3'],
    say:
      "The timer runs on when the answer has come: with a timeout of a minute, a minute's worth of " +
      'requests is kept in memory, and the process does not end before the last of them.',
  },
  {
    id: 'never-cancels',
    step: '4',
    patch: [{ find: '      if (load.waiters === 0 && !load.isSettled) this.#cancel(load);\n', replace: '' }],
    breaks: ['2.4.4', '2.4.5', '2.4.7', '2.4.9', '2.5.8'],
    say:
      'The last caller leaves, and the load goes on for nobody: an overloaded service works on requests ' +
      'that were given up long ago.',
  },
  {
    id: 'cancelled-load-is-still-shared',
    step: '4',
    patch: [
      {
        find: `    this.#forget(load);
    load.cancel.abort();`,
        replace: '    load.cancel.abort();',
      },
    ],
    breaks: ['2.4.5'],
    say:
      'A cancelled load stays in the map until it ends: who asks next joins it, and gets an abort that ' +
      'was not theirs, or waits for something that will never come.',
  },
  {
    id: 'aborts-when-done',
    step: '4',
    patch: [
      {
        find: '      () => (load.isSettled = true),',
        replace: `      () => {
        load.isSettled = true;
        load.cancel.abort();
      },`,
      },
    ],
    breaks: ['2.4.4', '2.4.6'],
    say:
      "The loader's signal is aborted when the value has come. Whatever still hangs on it, a response " +
      'body or a connection that goes back to its pool, is torn down though nobody gave it up.',
  },
  {
    id: 'leaves-twice',
    step: '4',
    patch: [
      {
        find: 'const onAbort = () => leave(signal!.reason);',
        replace: `const onAbort = () => {
      load.waiters--;
      leave(signal!.reason);
    };`,
      },
      {
        find: 'const onTimeout = () => leave(new LoadTimeoutError(key, timeoutMs!));',
        replace: `const onTimeout = () => {
      load.waiters--;
      leave(new LoadTimeoutError(key, timeoutMs!));
    };`,
      },
      {
        find: `      load.waiters--;
      cancelTimeout?.();`,
        replace: '      cancelTimeout?.();',
      },
    ],
    breaks: ['2.4.6'],
    say:
      'A caller whose timeout and whose signal both fire is counted out twice, and so somebody who still ' +
      'waits is counted out with it. Leaving must happen once, however often it is asked for.',
  },
  {
    id: 'leaves-listeners-behind',
    step: '4',
    patch: [{ find: '      signal?.removeEventListener(\'abort\', onAbort);\n', replace: '' }],
    breaks: ['2.4.10'],
    say:
      'Each call leaves a listener on its signal. With one that lives as long as the process, such as ' +
      'that of its shutdown, they pile up with every request: Node warns at the eleventh, the memory ' +
      'fills by the day.',
  },
  {
    id: 'dependencies-go-on-for-nobody',
    step: '4',
    patch: [
      {
        find: 'this.#wait(dep, undefined, { signal }, path).catch',
        replace: 'this.#wait(dep, undefined, {}, path).catch',
      },
    ],
    breaks: ['2.4.7'],
    say:
      'A cancelled load does not let go of its dependencies: they are loaded to the end for a load that ' +
      'nobody waits for.',
  },
  {
    id: 'counts-callers-only',
    step: '4',
    patch: [
      { find: '    load.waiters++;', replace: '    if (path.length === 0) load.waiters++;' },
      { find: '      load.waiters--;', replace: '      if (path.length === 0) load.waiters--;' },
    ],
    breaks: ['2.4.8'],
    say:
      'Only callers are counted: when the last of them leaves, a dependency is cancelled under the load ' +
      'that needs it. Who waits counts, caller or not.',
  },
  {
    id: 'cancels-by-key',
    step: '4',
    patch: [
      {
        find: `    this.#forget(load);
    load.cancel.abort();`,
        replace: `    this.#loads.delete(load.key);
    load.cancel.abort();`,
      },
    ],
    breaks: ['2.4.9'],
    say:
      'A load that nobody waits for removes whatever stands under its key when it is cancelled. If it was ' +
      'invalidated before, that is the new load, and its callers no longer share it.',
  },

  // ---- Step 5: preload ------------------------------------------------------------------------------------
  {
    id: 'preloads-all-at-once',
    step: '5',
    patch: [{ find: 'length: Math.min(concurrency, keys.length)', replace: 'length: keys.length' }],
    breaks: ['2.5.3'],
    say: 'All keys are begun at the same moment: a preload of 500 is the stampede that it should prevent.',
  },
  {
    id: 'preloads-in-batches',
    step: '5',
    patch: [
      {
        find: `    const open = keys.entries(); // shared: each loop takes the next
    const loadInTurn = async () => {
      for (const [index, key] of open) results[index] = await this.#preloadOne(key, signal);
    };
    await Promise.all(Array.from({ length: Math.min(concurrency, keys.length) }, loadInTurn));
    return results;`,
        replace: `    for (let at = 0; at < keys.length; at += concurrency) {
      const batch = keys.slice(at, at + concurrency);
      results.push(...(await Promise.all(batch.map((key) => this.#preloadOne(key, signal)))));
    }
    return results;`,
      },
    ],
    breaks: ['2.5.4'],
    say:
      'A batch is begun when the one before has ended to the last key: the slowest of each holds up all ' +
      'others, and most of the time fewer than `concurrency` are being loaded.',
  },
  {
    id: 'preloads-one-at-a-time',
    step: '5',
    patch: [{ find: 'length: Math.min(concurrency, keys.length)', replace: 'length: 1' }],
    breaks: ['2.5.2', '2.5.3', '2.5.4'],
    say: 'Each key waits for the one before. `concurrency` is what may run at a time, and what should.',
  },
  {
    id: 'fails-with-the-first',
    step: '5',
    patch: [
      {
        find: `return signal?.aborted ? { key, status: 'cancelled' } : { key, status: 'failed', error };`,
        replace: `if (signal?.aborted) return { key, status: 'cancelled' };
      throw error;`,
      },
    ],
    breaks: ['2.5.2', '2.5.5', '2.6.7'],
    say: 'The first failure rejects the whole preload, and nobody learns what became of the other keys.',
  },
  {
    id: 'a-failure-ends-its-lane',
    step: '5',
    patch: [
      {
        find: '      for (const [index, key] of open) results[index] = await this.#preloadOne(key, signal);',
        replace: `      for (const [index, key] of open) {
        results[index] = await this.#preloadOne(key, signal);
        if (results[index].status === 'failed') return;
      }`,
      },
    ],
    breaks: ['2.5.5'],
    say:
      'With each failure one fewer is loaded at a time, until none is: as many failures as `concurrency`, ' +
      'and the rest is never begun.',
  },
  {
    id: 'results-in-order-of-arrival',
    step: '5',
    patch: [
      {
        find: 'results[index] = await this.#preloadOne(key, signal);',
        replace: '(results.push(await this.#preloadOne(key, signal)), index);',
      },
    ],
    breaks: ['2.5.2'],
    say:
      'The results stand in the order in which the keys ended. Whoever reads the third for the third key ' +
      'is wrong on some days.',
  },
  {
    id: 'preloads-beside-the-callers',
    step: '5',
    patch: [
      {
        find: `      await this.#wait(key, undefined, { signal });
      return { key, status: 'loaded' };`,
        replace: `      signal?.throwIfAborted();
      const { deps, loader } = this.#recipe(key);
      const dependencies = await Promise.all(deps.map((dep) => this.#wait(dep, undefined, { signal })));
      const load = async () => loader({ dependencies, signal: signal ?? new AbortController().signal });
      const gone = new Promise((_, reject) => signal?.addEventListener('abort', () => reject(signal.reason)));
      const value = await Promise.race([load(), gone]);
      await this.#wait(key, { loader: () => value, deps }, { signal });
      return { key, status: 'loaded' };`,
      },
    ],
    breaks: ['2.5.6', '2.5.8'],
    say:
      '`preload` calls the loaders itself and stores what they bring: a key that is being loaded is ' +
      'loaded once more, and who asks meanwhile loads it a third time. Let it ask like everybody else.',
  },
  {
    id: 'preloads-without-dependencies',
    step: '5',
    patch: [
      {
        find: '      await this.#wait(key, undefined, { signal });',
        replace: '      await this.#wait(key, { ...this.#recipe(key), deps: [] }, { signal });',
      },
    ],
    breaks: ['2.5.1', '2.6.6'],
    say:
      '`preload` calls the loader without what it depends on. A key is loaded as it was registered, ' +
      'whoever asks.',
  },
  {
    id: 'rejects-when-aborted',
    step: '5',
    patch: [
      {
        find: `return signal?.aborted ? { key, status: 'cancelled' } : { key, status: 'failed', error };`,
        replace: `if (signal?.aborted) throw error;
      return { key, status: 'failed', error };`,
      },
    ],
    breaks: ['2.5.7'],
    say: 'An abort rejects the preload, and what was loaded until then is not reported.',
  },
  {
    id: 'finishes-what-it-began',
    step: '5',
    patch: [
      {
        find: '      await this.#wait(key, undefined, { signal });',
        replace: `      signal?.throwIfAborted();
      await this.#wait(key, undefined, {});`,
      },
    ],
    breaks: ['2.5.7', '2.5.8'],
    say:
      'After an abort no key is begun, but those that are being loaded are waited for: preload ends when ' +
      'the slowest of them does, and the service answers for nobody.',
  },
  {
    id: 'cancels-what-others-wait-for',
    step: '5',
    patch: [
      {
        find: `return signal?.aborted ? { key, status: 'cancelled' } : { key, status: 'failed', error };`,
        replace: `if (!signal?.aborted) return { key, status: 'failed', error };
      const load = this.#loads.get(key);
      if (load) this.#cancel(load);
      return { key, status: 'cancelled' };`,
      },
    ],
    breaks: ['2.5.8'],
    say: 'An aborted preload cancels loads that callers wait for as well. It may leave them, no more.',
  },

  // ---- Step 6: preload what is used together --------------------------------------------------------------
  {
    id: 'promises-what-was-a-value',
    step: '6',
    patch: [
      {
        find: `    return this.#session.run(new Set(), callable('run', run));`,
        replace: '    return this.#session.run(new Set(), async () => run()) as T;',
      },
    ],
    breaks: ['2.6.1'],
    say:
      '`session` makes a promise of everything: a synchronous `run` has to be awaited, and what it throws ' +
      'becomes a rejection. `AsyncLocalStorage.run` returns what it is given.',
  },
  {
    id: 'once-is-enough',
    step: '6',
    patch: [{ find: 'times >= TOGETHER_TIMES', replace: 'times >= 1' }],
    breaks: ['2.6.2'],
    say:
      'One session is enough to be used together: every odd combination is preloaded from then on. Once ' +
      'is chance.',
  },
  {
    id: 'one-way-only',
    step: '6',
    patch: [{ find: '      this.#countTogether(key, other);\n', replace: '' }],
    breaks: ['2.6.2', '2.6.9'],
    say:
      'Only what was used later counts for what was used earlier. Together has no direction: next time ' +
      'the other one may come first.',
  },
  {
    id: 'the-first-met-comes-first',
    step: '6',
    patch: [{ find: '      .sort(([, a], [, b]) => b - a)\n', replace: '' }],
    breaks: ['2.6.3'],
    say:
      'The list stands in the order in which the keys were met. When there is time for two, they should ' +
      'be the two most frequent.',
  },
  {
    id: 'counts-every-use',
    step: '6',
    patch: [{ find: 'if (!session || session.has(key)) return;', replace: 'if (!session) return;' }],
    breaks: ['2.6.4'],
    say:
      'A loop in one request that uses two keys a hundred times outweighs a hundred requests, and a key ' +
      'that is used again is used together with itself. Count sessions, not calls.',
  },
  {
    id: 'session-in-a-field',
    step: '6',
    patch: [
      {
        find: '  readonly #session = new AsyncLocalStorage<Set<string>>();',
        replace: `  readonly #session = {
    current: undefined as Set<string> | undefined,
    getStore() {
      return this.current;
    },
    run<T>(keys: Set<string>, run: () => T): T {
      this.current = keys;
      const result = run();
      const end = () => (this.current = undefined);
      if (result instanceof Promise) result.then(end, end);
      else end();
      return result;
    },
  };`,
      },
    ],
    breaks: ['2.6.5'],
    say:
      'The session is a field of the loader, so there is one at a time. While a request awaits, another ' +
      'one begins, and its keys are counted for the first, or for nobody. What belongs to one flow of ' +
      'async calls has to travel with it.',
  },
  {
    id: 'session-ends-at-the-first-await',
    step: '6',
    patch: [
      {
        find: `    return this.#session.run(new Set(), callable('run', run));`,
        replace: `    const keys = new Set<string>();
    try {
      return this.#session.run(keys, run);
    } finally {
      queueMicrotask(() => (keys.has = () => true));
    }`,
      },
    ],
    breaks: ['2.6.2', '2.6.3', '2.6.4', '2.6.5', '2.6.9'],
    say:
      'The session is over when `run` returns, and an async function returns at its first await: what is ' +
      'used after it counts for no session.',
  },
  {
    id: 'only-when-it-loads-itself',
    step: '6',
    patch: [
      {
        find: `    const value = this.#wait(key, recipe, options);
    this.#use(key);`,
        replace: `    const isThere = this.#loads.get(key)?.isSettled === true;
    const value = this.#wait(key, recipe, options);
    this.#use(key, isThere);`,
      },
      { find: '  #use(key: string): void {', replace: '  #use(key: string, isThere: boolean): void {' },
      {
        find: '    void this.preload(this.usedTogether(key));',
        replace: '    if (!isThere) void this.preload(this.usedTogether(key));',
      },
    ],
    breaks: ['2.6.6'],
    say:
      'What belongs together is preloaded only when the key itself has to be loaded. It may be there ' +
      'while the others have been invalidated, and then each of them is waited for in turn.',
  },
  {
    id: 'waits-for-what-it-preloads',
    step: '6',
    patch: [
      {
        find: `    const value = this.#wait(key, recipe, options);
    this.#use(key);
    return value as Promise<T>;`,
        replace: `    const value = this.#wait(key, recipe, options);
    value.catch(() => {});
    await this.#use(key);
    return value as Promise<T>;`,
      },
      { find: '  #use(key: string): void {', replace: '  async #use(key: string): Promise<void> {' },
      {
        find: '    void this.preload(this.usedTogether(key));',
        replace: '    await this.preload(this.usedTogether(key));',
      },
    ],
    breaks: ['2.6.7'],
    say:
      'The caller gets its answer when everything is loaded that it might ask for next: each call is as ' +
      'slow as the slowest of them.',
  },
  {
    id: 'dependencies-are-uses',
    step: '6',
    patch: [
      {
        find: `    const value = this.#wait(key, recipe, options);
    this.#use(key);`,
        replace: '    const value = this.#wait(key, recipe, options);',
      },
      {
        find: '    if (load.isSettled) return load.promise;',
        replace: `    queueMicrotask(() => this.#use(key));
    if (load.isSettled) return load.promise;`,
      },
    ],
    breaks: ['2.6.8', '2.6.9'],
    say:
      'Each load counts as a use, also one that a dependency or a preload began. Only callers use keys: ' +
      'what they get without asking says nothing about what they will ask for.',
  },
  {
    id: 'preloads-are-uses',
    step: '6',
    patch: [
      {
        find: '      await this.#wait(key, undefined, { signal });',
        replace: '      await this.get(key, { signal });',
      },
    ],
    breaks: ['2.6.9'],
    say:
      '`preload` calls the method that counts uses. What was preloaded once is thereby used, is preloaded ' +
      'the more eagerly next time, and is never unlearned, though nobody asks for it any more.',
  },

  // ---- Step 7: decorate -----------------------------------------------------------------------------------
  {
    id: 'loads-with-the-object',
    step: '7',
    patch: [
      {
        find: '        if (value !== undefined) assign(this, value);',
        replace: `        if (value !== undefined) assign(this, value);
        else loaderOf(this).load(VALUE, () => loader(this)).catch(() => {});`,
      },
    ],
    breaks: ['2.7.1', '2.7.4'],
    say: 'Each object begins to load as it is made, whether or not anybody ever reads the accessor.',
  },
  {
    id: 'one-value-for-all-objects',
    step: '7',
    patch: [
      {
        find: `    const loaderOf = (target: This) => {
      const loaders = entryOf(loadersOf, target, () => new Map());
      return entryOf(loaders, context, () => new LazyMetadataLoader());
    };`,
        replace: `    const shared = new LazyMetadataLoader();
    const loaderOf = (_target: This) => shared;`,
      },
    ],
    breaks: ['2.7.2', '2.7.4', '2.7.5', '2.7.6'],
    say:
      'A decorator runs once a class, not once an object: what it keeps for itself is shared by all of ' +
      'them, and the first to load decides for the rest.',
  },
  {
    id: 'by-the-name-of-the-member',
    step: '7',
    patch: [
      {
        find: '      return entryOf(loaders, context, () => new LazyMetadataLoader());',
        replace: `      const known = [...loaders].find(([{ name }]) => name === context.name);
      if (known) return known[1] as LazyMetadataLoader;
      return entryOf(loaders, context, () => new LazyMetadataLoader());`,
      },
    ],
    breaks: ['2.7.2'],
    say:
      'What is loaded is kept by the name of the member: an accessor and the one that it overrides have ' +
      "the same name and get each other's values.",
  },
  {
    id: 'object-as-this',
    step: '7',
    patch: [
      {
        find: 'return loaderOf(this).load(VALUE, () => loader(this));',
        replace: 'return loaderOf(this).load(VALUE, () => (loader as () => T).call(this));',
      },
    ],
    breaks: ['2.7.1', '2.7.2', '2.7.3', '2.7.4', '2.7.5'],
    say:
      'The loader gets the object as `this`, which an arrow function does not see. It is promised as the ' +
      'argument.',
  },
  {
    id: 'keeps-the-promise',
    step: '7',
    patch: [
      {
        find: '    const assign = (target: This, value: Promise<T>) => {',
        replace: `    const promises = new WeakMap<object, Promise<T>>();
    const assign = (target: This, value: Promise<T>) => {
      promises.delete(target);`,
      },
      {
        find: 'return loaderOf(this).load(VALUE, () => loader(this));',
        replace: 'return entryOf(promises, this, () => loaderOf(this).load(VALUE, () => loader(this)));',
      },
    ],
    breaks: ['2.7.3', '2.7.5'],
    say:
      'The accessor keeps the promise of its first read for good: after a failure it is the failure that ' +
      'is kept, and an invalidation does not reach it.',
  },
  {
    id: 'load-overtakes-the-assignment',
    step: '7',
    patch: [{ find: '      loaderOf(target).invalidate(VALUE);\n', replace: '' }],
    breaks: ['2.7.4'],
    say:
      'What is assigned takes effect only if nothing was loaded or on its way. Whoever assigns knows ' +
      'better than a load that began before.',
  },
  {
    id: 'keeps-objects-alive',
    step: '7',
    patch: [{ find: 'const loadersOf = new WeakMap<object,', replace: 'const loadersOf = new Map<object,' }],
    breaks: ['2.7.6'],
    say:
      'The map from objects to their values keeps every object that was ever read: with one a request, ' +
      'the memory fills by the hour.',
  },
  {
    id: 'forgets-every-member',
    step: '7',
    patch: [
      {
        find: '    if (member === undefined || context.name === member) loader',
        replace: '    if (member !== context) loader',
      },
    ],
    breaks: ['2.7.5'],
    say: '`invalidateLazy` forgets all members of the object, whichever was named.',
  },
] satisfies readonly KnownWrong[];
