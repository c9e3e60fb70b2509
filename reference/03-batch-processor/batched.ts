// The decorator: a processor for each decorated method of each object.

import type { BatchHandler, BatchOptions, ItemOptions } from './options.ts';
import { BatchMetadataProcessor } from './processor.ts';
import { callable } from './settings.ts';

/** Where a class's `Symbol.metadata` keeps its list of {@link BatchedMember}s. */
export const BATCHED: unique symbol = Symbol.for('hotpath.batched');

// Node has no `Symbol.metadata` yet; compilers that lower decorators fall back to the registered symbol.
(Symbol as { metadata?: symbol }).metadata ??= Symbol.for('Symbol.metadata');

/** How the calls of one decorated member are put together. */
export interface BatchedOptions<Item> extends BatchOptions, ItemOptions<Item> {}

/** What a class's metadata says of one `@batched` method. */
export interface BatchedMember {
  readonly name: string | symbol;
  /** The method that answers many. */
  readonly by: string | symbol;
  readonly static: boolean;
}

interface Collector {
  readonly name: string | symbol;
  flush(): Promise<void>;
}

/**
 * All that collect for an object, for {@link flushBatched}; a call finds its own in the WeakMap of its
 * decoration.
 */
const collectorsOf = new WeakMap<object, Collector[]>();

/**
 * Collects the calls of a method that answers for one item, and has the method `by` answer for all of them.
 * The body of the decorated one never runs: it says what a call means, and would do without the decorator.
 *
 * Each object collects for itself, a class for its static methods; each decoration by itself, so that a
 * method and the one that it overrides are two. `by` is looked up when a batch runs. What collects lives as
 * long as its object, and keeps it alive only while something waits or runs.
 *
 * @throws TypeError if it decorates anything but a method
 *
 * @example
 * {@includeCode ../../docs/examples/03-batch-processor/batched.ts#batched}
 */
export function batched<Name extends string | symbol, Item = any>(
  by: Name,
  { keyOf, ...batchOptions }: BatchedOptions<Item> = {},
) {
  return function <This extends Record<Name, BatchHandler<Item, Result>>, Result>(
    _method: (this: This, item: Item) => Promise<Result>,
    context: ClassMethodDecoratorContext<This>,
  ): (this: This, item: Item) => Promise<Result> {
    const { name, metadata } = context;
    metadata[BATCHED] = [...listOf(metadata), memberOf(context as ClassMethodDecoratorContext, by)];
    const adders = new WeakMap<object, (item: Item) => Promise<Result>>();

    function collectFor(object: This): (item: Item) => Promise<Result> {
      const processor = new BatchMetadataProcessor(batchOptions);
      const handler: BatchHandler<Item, Result> = (items) => {
        callable(String(by), object[by]);
        return object[by](items);
      };
      const add = processor.defineBatch(String(name), handler, keyOf && { keyOf });
      const collector: Collector = { name, flush: () => processor.flushAll() };
      const others = collectorsOf.get(object);
      if (others === undefined) collectorsOf.set(object, [collector]);
      else others.push(collector);
      adders.set(object, add);
      return add;
    }

    return function (item) {
      return (adders.get(this) ?? collectFor(this))(item);
    };
  };
}

/**
 * Runs now what `target` has collected, by one method or by all. Methods that were never called cost nothing.
 *
 * @returns fulfilled when all of it is settled, in whichever way
 */
export async function flushBatched(target: object, member?: string | symbol): Promise<void> {
  const collectors = collectorsOf.get(target) ?? [];
  const asked = member === undefined ? collectors : collectors.filter(({ name }) => name === member);
  await Promise.all(asked.map((collector) => collector.flush()));
}

/** The `@batched` methods of a class and of those that it extends, as its `Symbol.metadata` lists them. */
export function batchedMembers(target: abstract new (...args: never[]) => unknown): readonly BatchedMember[] {
  return listOf(target[Symbol.metadata]);
}

function memberOf(context: ClassMethodDecoratorContext, by: string | symbol): BatchedMember {
  const { kind, name, static: isStatic } = context;
  if (kind === 'method') return { name, by, static: isStatic };
  throw new TypeError(`@batched decorates methods, received the ${kind as string} ${String(name)}`);
}

/** A class's own list, or that of the nearest class above it: metadata inherits by its prototype. */
function listOf(metadata: DecoratorMetadataObject | null | undefined): readonly BatchedMember[] {
  return (metadata?.[BATCHED] ?? []) as readonly BatchedMember[];
}
