// The decorator: a cache for each decorated member of each object.

import { inspect } from 'node:util';
import { OptimizedMetadataCache } from './metadata-cache.ts';
import { type CacheOptions, callable } from './options.ts';

/** Where a class's `Symbol.metadata` keeps its list of {@link CachedMember}s. */
export const CACHED: unique symbol = Symbol.for('hotpath.cached');

// Node has no `Symbol.metadata` yet; compilers that lower decorators fall back to the registered symbol.
(Symbol as { metadata?: symbol }).metadata ??= Symbol.for('Symbol.metadata');

/** The cache of one member, for each object one, and what its calls are known by. */
export interface CachedOptions extends CacheOptions {
  /**
   * The cache key of a call. Without it each argument must be a primitive other than a symbol; anything
   * else is a `TypeError` that says so.
   */
  keyOf?: (...args: any[]) => string;
}

/** What a class's metadata says of one `@cached` member. */
export interface CachedMember {
  readonly name: string | symbol;
  readonly kind: 'method' | 'getter';
  readonly static: boolean;
}

interface MemberCache {
  readonly name: string | symbol;
  readonly cache: OptimizedMetadataCache;
}

/** All caches of an object, for {@link invalidateCached}; a call finds its own by another way. */
const cachesOf = new WeakMap<object, MemberCache[]>();

/**
 * Caches what a method or a getter returns, for each object by itself; for a static one, for each class.
 *
 * A cache lives as long as its object, and does not keep it alive. A call costs its key, and one lookup
 * more than the cache's own `get`.
 *
 * @param options of each of the caches
 * @throws TypeError or RangeError if an option is wrong; TypeError if it decorates neither method nor getter
 * @example
 * {@includeCode ../../docs/examples/01-metadata-cache/cached.ts#cached}
 */
export function cached(options: CachedOptions = {}) {
  const { keyOf = keyOfPrimitives, ...cacheOptions } = options;
  callable('keyOf', keyOf);
  new OptimizedMetadataCache(cacheOptions); // so that a wrong option fails here, not at the first call
  return function <This extends object, Args extends unknown[], Result>(
    original: (this: This, ...args: Args) => Result,
    context: ClassMethodDecoratorContext<This> | ClassGetterDecoratorContext<This>,
  ): (this: This, ...args: Args) => Result {
    const { name, metadata } = context;
    metadata[CACHED] = [...listOf(metadata), describe(context as ClassMethodDecoratorContext)];
    const caches = new WeakMap<object, OptimizedMetadataCache>();

    function open(object: object): OptimizedMetadataCache {
      if (Object(object) !== object) {
        throw new TypeError(`@cached ${String(name)} needs an object as this, received ${inspect(object)}`);
      }
      const cache = new OptimizedMetadataCache(cacheOptions);
      const all = cachesOf.get(object);
      if (all === undefined) cachesOf.set(object, [{ name, cache }]);
      else all.push({ name, cache });
      caches.set(object, cache);
      return cache;
    }

    return function (...args) {
      const cache = caches.get(this) ?? open(this);
      return cache.get(keyOf(...args), () => original.apply(this, args));
    };
  };
}

/** Forgets what `@cached` keeps for `target`: of one member, or of all. */
export function invalidateCached(target: object, member?: string | symbol): void {
  for (const { name, cache } of cachesOf.get(target) ?? []) {
    if (member === undefined || member === name) cache.clear();
  }
}

/** The `@cached` members of a class and of those that it extends, as its `Symbol.metadata` lists them. */
export function cachedMembers(target: abstract new (...args: never[]) => unknown): readonly CachedMember[] {
  return listOf(target[Symbol.metadata]);
}

type MemberContext = ClassMethodDecoratorContext | ClassGetterDecoratorContext;

function describe({ name, kind, static: isStatic }: MemberContext): CachedMember {
  if (kind === 'method' || kind === 'getter') return { name, kind, static: isStatic };
  const received = `the ${kind as string} ${String(name)}`;
  throw new TypeError(`@cached decorates methods and getters, received ${received}`);
}

/** A class's own list, or that of the nearest class above it: metadata inherits by its prototype. */
function listOf(metadata: DecoratorMetadataObject | null | undefined): readonly CachedMember[] {
  return (metadata?.[CACHED] ?? []) as readonly CachedMember[];
}

// ---- Keys -----------------------------------------------------------------------------------------------

function keyOfPrimitives(...args: unknown[]): string {
  let key = '';
  for (let i = 0; i < args.length; i++) key += `${tokenOf(args[i], i)},`;
  return key;
}

/**
 * A string is preceded by its length, so no content can end it early; what else there is contains no comma
 * and begins with no quote. So the key can be read back, and lists that differ have keys that differ.
 */
function tokenOf(argument: unknown, i: number): string {
  switch (typeof argument) {
    case 'string':
      return `'${argument.length}:${argument}`;
    case 'number':
      return Object.is(argument, -0) ? '-0' : String(argument);
    case 'bigint':
      return `${argument}n`;
    case 'boolean':
    case 'undefined':
      return String(argument);
  }
  if (argument === null) return 'null';
  const rule = `argument ${i + 1} must be a primitive other than a symbol`;
  throw new TypeError(`without keyOf, ${rule}, received ${inspect(argument)}`);
}
