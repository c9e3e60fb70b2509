// What the program under test may have replaced is not used here: neither iterators nor methods of built-ins, but those
// that were taken aside when this file was loaded, before the program was.

const { defineProperty, getOwnPropertyDescriptor } = Object;
const { deleteProperty, ownKeys } = Reflect;

/** Thrown when a program replaces what all others stand on, the tests and their runner among them. */
class BuiltinChangedError extends Error {
  override readonly name = 'BuiltinChangedError';
}

interface Member {
  readonly name: string;
  readonly object: object;
  readonly key: string | symbol;
  readonly before: PropertyDescriptor;
}

const CLASSES = [Array, ArrayBuffer, Date, Error, Function, Map, Number, Object, Promise, Set, String, WeakMap, WeakRef];
const NAMESPACES = { JSON, Math, performance, Reflect };
const FUNCTIONS = ['setTimeout', 'setInterval', 'setImmediate', 'clearTimeout', 'clearInterval', 'queueMicrotask'];

const shared: [name: string, object: object][] = [
  ...CLASSES.flatMap((constructor): [string, object][] => [
    [constructor.name, constructor],
    [`${constructor.name}.prototype`, constructor.prototype as object],
  ]),
  ...Object.entries(NAMESPACES),
];
const counts = shared.map(([, object]) => ownKeys(object).length);
const members: readonly Member[] = [
  ...[...CLASSES.map(({ name }) => name), ...Object.keys(NAMESPACES), ...FUNCTIONS].map((key) => memberOf('', globalThis, key)),
  ...shared.flatMap(([name, object]) => ownKeys(object).map((key) => memberOf(`${name}.`, object, key))),
];

function memberOf(prefix: string, object: object, key: string | symbol): Member {
  return { name: `${prefix}${String(key)}`, object, key, before: getOwnPropertyDescriptor(object, key)! };
}

/**
 * Puts back what the program has changed of the built-ins.
 *
 * @throws BuiltinChangedError that names the first change
 */
export function requireBuiltins(): void {
  let changed = '';
  for (let i = 0; i < members.length; i++) {
    const { name, object, key, before } = members[i]!;
    const now = getOwnPropertyDescriptor(object, key);
    if (now && now.value === before.value && now.get === before.get) continue;
    if (Number.isNaN(before.value)) continue; // Number.NaN is not equal to itself, and cannot be changed
    defineProperty(object, key, before);
    changed ||= name;
  }
  for (let i = 0; i < shared.length; i++) changed ||= removeAdded(shared[i]![0], shared[i]![1], counts[i]!);
  if (changed) throw new BuiltinChangedError(`the program changed ${changed}, which all code shares; leave built-ins as they are`);
}

function removeAdded(name: string, object: object, count: number): string {
  const keys = ownKeys(object);
  let added = '';
  for (let i = 0; i < keys.length && keys.length !== count; i++) {
    if (members.some((member) => member.object === object && member.key === keys[i])) continue;
    deleteProperty(object, keys[i]!);
    added = `${name}.${String(keys[i])}`;
  }
  return added;
}
