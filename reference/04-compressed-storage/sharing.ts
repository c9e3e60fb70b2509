// One copy of what is equal, for as long as somebody holds it: hash-consing [6].

/** An object in callers' hands. Frozen, and what it holds is held in the same way, or primitive. */
interface Part {
  readonly hash: number;
  readonly ref: WeakRef<object>;
}

/**
 * Plain objects and arrays, each of them once.
 *
 * They are shared from below: once the parts of two objects are shared, the objects are equal if and only if
 * the same stands under the same keys. That is one comparison a key, at whatever depth, and so is the hash.
 */
export class SharedParts {
  readonly #byHash = new Map<number, Part[]>();
  /** What stands for a part in the hash of those that hold it. */
  readonly #numbers = new WeakMap<object, number>();
  #lastNumber = 0;
  #size = 0;
  readonly #collected = new FinalizationRegistry<Part>((part) => this.#remove(part));

  /** How many there are, less those that the garbage collector has reported. */
  get size(): number {
    return this.#size;
  }

  /** Whether `value` is one copy for all. */
  has(value: unknown): value is object {
    return typeof value === 'object' && value !== null && this.#numbers.has(value);
  }

  /**
   * The copy of `value` that is for all, with everything frozen; or `value` itself, with its parts replaced
   * by theirs, if it can't be: a Date, a Map, what holds one, what is in a cycle.
   *
   * @param value the caller's own: it is changed
   */
  share(value: unknown): unknown {
    return this.#share(value, new Map());
  }

  /** @param met the objects of this value, by what they have become; by themselves, until that is known */
  #share(value: unknown, met: Map<object, object>): unknown {
    if (!isPlain(value)) return value;
    const before = met.get(value);
    if (before !== undefined) return before;
    met.set(value, value);

    const keys = Object.keys(value);
    let hash = Array.isArray(value) ? value.length : -1;
    for (const key of keys) {
      const part = this.#share(value[key], met);
      value[key] = part;
      hash = mixed(mixed(hash, hashOfText(key)), this.#hashOf(part));
    }
    // Of what can't be shared the hash is NaN, and so is that of all that hold it.
    if (Number.isNaN(hash)) return value;
    const shared = this.#find(hash, value, keys) ?? this.#add(hash, value);
    met.set(value, shared);
    return shared;
  }

  /** Of a primitive or a part. */
  #hashOf(value: unknown): number {
    if (typeof value !== 'object' || value === null) return hashOfText(String(value));
    return this.#numbers.get(value) ?? NaN;
  }

  #find(hash: number, value: Plain, keys: readonly string[]): object | undefined {
    for (const { ref } of this.#byHash.get(hash) ?? []) {
      const part = ref.deref() as Plain | undefined;
      if (part !== undefined && areEqual(part, value, keys)) return part;
    }
    return undefined;
  }

  #add(hash: number, value: object): object {
    Object.freeze(value);
    const part = { hash, ref: new WeakRef(value) };
    const parts = this.#byHash.get(hash);
    if (parts === undefined) this.#byHash.set(hash, [part]);
    else parts.push(part);
    this.#numbers.set(value, ++this.#lastNumber);
    this.#collected.register(value, part);
    this.#size++;
    return value;
  }

  /** This one: there may be an equal one by now. */
  #remove(part: Part): void {
    const parts = this.#byHash.get(part.hash)!;
    parts.splice(parts.indexOf(part), 1);
    if (parts.length === 0) this.#byHash.delete(part.hash);
    this.#size--;
  }
}

type Plain = Record<string, unknown>;

/** The reader makes no others. */
function isPlain(value: unknown): value is Plain {
  if (typeof value !== 'object' || value === null) return false;
  const { prototype } = Object;
  return Array.isArray(value) || Object.getPrototypeOf(value) === prototype;
}

/** Whether two objects have the same parts under the same keys, in the same order. */
function areEqual(a: Plain, b: Plain, keysOfB: readonly string[]): boolean {
  const keys = Object.keys(a);
  if (keys.length !== keysOfB.length || Array.isArray(a) !== Array.isArray(b)) return false;
  if (Array.isArray(a) && a.length !== b.length) return false;
  return keys.every((key, i) => key === keysOfB[i] && Object.is(a[key], b[key]));
}

/** FNV-1a [7], but for whole numbers rather than bytes. */
const mixed = (hash: number, more: number) =>
  Number.isNaN(hash) || Number.isNaN(more) ? NaN : Math.imul(hash ^ more, 16_777_619);

function hashOfText(text: string): number {
  let hash = 0x811c_9dc5;
  for (let i = 0; i < text.length; i++) hash = Math.imul(hash ^ text.charCodeAt(i), 16_777_619);
  return hash;
}
