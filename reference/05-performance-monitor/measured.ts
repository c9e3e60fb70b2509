// The decorator.

import { types } from 'node:util';
import type { MetadataPerformanceMonitor } from './monitor.ts';
import type { Span } from './options.ts';

// Node has no `Symbol.metadata` yet; compilers that lower decorators fall back to the registered symbol.
(Symbol as { metadata?: symbol }).metadata ??= Symbol.for('Symbol.metadata');

type Class = abstract new (...args: never[]) => unknown;
type MemberContext = ClassMethodDecoratorContext | ClassGetterDecoratorContext;

/**
 * Measures a method or a getter: until it has returned or, where it returns a promise, until that is settled.
 * Other thenables are returned as they are: the `then` of a query builder is what sends the query.
 *
 * @param operation otherwise the name of the class that declares the member, a dot, and the member's
 * @throws TypeError if it decorates anything but a method or a getter
 *
 * @example
 * {@includeCode ../../docs/examples/05-performance-monitor/measured.ts#measured}
 */
export function measured(monitor: MetadataPerformanceMonitor, operation?: string) {
  return function <This extends object, Args extends unknown[], Result>(
    original: (this: This, ...args: Args) => Result,
    context: ClassMethodDecoratorContext<This> | ClassGetterDecoratorContext<This>,
  ): (this: This, ...args: Args) => Result {
    requireMember(context as MemberContext);
    let known = operation;
    return function (...args) {
      const span = monitor.start((known ??= nameOf(this, context as MemberContext)));
      let isPending = false;
      try {
        const result = span.run(() => original.apply(this, args));
        isPending = types.isPromise(result);
        return isPending ? (settled(result as Promise<unknown>, span) as Result) : result;
      } catch (error) {
        span.fail();
        throw error;
      } finally {
        if (!isPending) span[Symbol.dispose]();
      }
    };
  };
}

/** What `promise` brings, when `span` has ended. */
async function settled(promise: Promise<unknown>, span: Span): Promise<unknown> {
  using ending = span;
  try {
    return await promise;
  } catch (error) {
    ending.fail();
    throw error;
  }
}

function requireMember({ kind, name }: MemberContext): void {
  if (kind === 'method' || kind === 'getter') return;
  const received = `the ${kind as string} ${String(name)}`;
  throw new TypeError(`@measured decorates methods and getters, received ${received}`);
}

/**
 * A decorator runs before its class exists, but it is handed the metadata object that the class will have. So
 * the class is the one with just these metadata, on the way up from whatever a member is first called on.
 */
function nameOf(target: object, { name, static: isStatic, metadata }: MemberContext): string {
  const first: unknown = isStatic ? target : target.constructor;
  for (let up = first; typeof up === 'function'; up = Object.getPrototypeOf(up)) {
    const isDeclaring = Object.hasOwn(up, Symbol.metadata) && (up as Class)[Symbol.metadata] === metadata;
    if (isDeclaring) return `${up.name}.${String(name)}`;
  }
  return String(name);
}
