// The decorator: one value for each object, loaded when it is first read.

import { callable } from './options.ts';

/**
 * What an accessor has for one object. It stands in the accessor's own private storage, where the language
 * keeps it for as long as the object, and a read finds it without a lookup.
 */
class Slot<T> {
  readonly member: string | symbol;
  /** What reads bring. `undefined`: the next read loads. */
  answer: Promise<T> | undefined;

  constructor(member: string | symbol) {
    this.member = member;
  }

  /**
   * From now on reads bring what `bring` brings, unless it fails. The promise is its own lease: what was put
   * here since stays.
   */
  fill(bring: () => T | PromiseLike<T>): Promise<T> {
    const answer: Promise<T> = Promise.resolve()
      .then(bring) // a turn later, so that whoever reads the member from there finds the load on its way
      .catch((error: unknown) => {
        if (this.answer === answer) this.answer = undefined;
        throw error;
      });
    this.answer = answer;
    return answer;
  }
}

/** All slots of an object, for {@link invalidateLazy}. */
const slotsOf = new WeakMap<object, Slot<unknown>[]>();

/**
 * An accessor whose value is loaded when it is first read, once for each object; for a static one, for each
 * class. Reading gives a promise, the same one until it is forgotten. A failure is not kept. What is
 * assigned, also as the initial value, takes the place of what would be loaded.
 *
 * @param loader receives the object whose accessor is read
 * @throws TypeError if it is no function, or the member no accessor
 *
 * @example
 * {@includeCode ../../docs/examples/02-lazy-loader/lazy.ts#lazy}
 */
export function lazy<This extends object, T>(loader: (target: This) => T | PromiseLike<T>) {
  return function (
    storage: ClassAccessorDecoratorTarget<This, Promise<T>>,
    context: ClassAccessorDecoratorContext<This, Promise<T>>,
  ): ClassAccessorDecoratorResult<This, Promise<T>> {
    callable('loader', loader);
    requireAccessor(context);
    const { name } = context;
    // For TypeScript the storage holds what the accessor gives; nobody else sees it.
    type Storage = ClassAccessorDecoratorTarget<This, Slot<T> | undefined>;
    const { get: read, set: write } = storage as unknown as Storage;

    function slotOf(object: This): Slot<T> {
      let slot = read.call(object);
      if (slot === undefined) write.call(object, (slot = open(object, name)));
      return slot;
    }

    return {
      get() {
        const slot = slotOf(this);
        return slot.answer ?? slot.fill(() => loader(this));
      },
      set(value) {
        assign(slotOf(this), value);
      },
      init(value) {
        if (value === undefined) return value;
        const slot = open<T>(this, name); // there is no storage to write to before this returns
        assign(slot, value);
        return slot as never;
      },
    };
  };
}

/**
 * Forgets what `@lazy` loaded for `target`, or was assigned: of one member, or of all. A load on its way
 * brings nothing back.
 */
export function invalidateLazy(target: object, member?: string | symbol): void {
  for (const slot of slotsOf.get(target) ?? []) {
    if (member === undefined || member === slot.member) slot.answer = undefined;
  }
}

function open<T>(object: object, member: string | symbol): Slot<T> {
  const slot = new Slot<T>(member);
  const slots = slotsOf.get(object);
  if (slots === undefined) slotsOf.set(object, [slot as Slot<unknown>]);
  else slots.push(slot as Slot<unknown>);
  return slot;
}

function assign<T>(slot: Slot<T>, value: T | PromiseLike<T>): void {
  slot.fill(() => value).catch(() => {}); // whoever reads it is told
}

function requireAccessor(context: { readonly kind: string; readonly name: string | symbol }): void {
  if (context.kind === 'accessor') return;
  throw new TypeError(`@lazy decorates accessors, received the ${context.kind} ${String(context.name)}`);
}
