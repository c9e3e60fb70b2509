import { column, controller, entity, inject, route, validate } from './decorators.ts';
import { type Class, lineageOf, received, VERBS } from './metadata.ts';
import { integer, matches, max, maxLength, min, oneOf, required } from './rules.ts';
import { Persistent, RestController } from './shop.ts';

/** A reproducible stream of numbers from 0 to below 1. */
export type Random = () => number;

/**
 * The same stream for the same seed, on every machine. For data, not for secrets.
 *
 * SplitMix [1], cut down to 32 bits: a counter goes up by a fixed odd number, and what is handed out is the
 * counter with its bits well mixed. So there is no bad seed, not even 0, and no repetition for 2³² calls.
 *
 * [1] Steele, Lea and Flood, "Fast splittable pseudorandom number generators", OOPSLA 2014.
 *
 * @param seed an integer from 0
 * @throws RangeError if it is none
 */
export function randomNumbers(seed: number): Random {
  requireIntegerFrom0('seed', seed);
  let counter = seed | 0;
  return () => {
    counter = (counter + 0x9e3779b9) | 0;
    let bits = Math.imul(counter ^ (counter >>> 16), 0x85ebca6b);
    bits = Math.imul(bits ^ (bits >>> 13), 0xc2b2ae35);
    return ((bits ^ (bits >>> 16)) >>> 0) / 2 ** 32;
  };
}

/**
 * Classes shaped like those of the shop: of ten about seven entities, two controllers and a service, some of
 * which extend, override and reference earlier ones. They are there to be described, not to be constructed.
 *
 * The same seed gives the same descriptions, of new classes each time; a greater `count` gives the same ones,
 * and more after them.
 *
 * @param count an integer from 0
 * @param seed an integer from 0
 * @throws RangeError if either is none
 */
export function generateClasses(count: number, seed: number): Class[] {
  requireIntegerFrom0('count', count);
  const random = randomNumbers(seed);
  const entities: Class[] = [];
  const controllers: Class[] = [];
  return Array.from({ length: count }, (_, index) => {
    const noun = `${pick(NOUNS, random)}${index}`;
    const share = random();
    if (share < 0.7) return added(entities, generateEntity(noun, entities, random));
    if (share < 0.9) return added(controllers, generateController(noun, controllers, random));
    return define(`${noun}Service`, null, injections(2, 6, random));
  });
}

// ---- Classes -------------------------------------------------------------------------

function generateEntity(noun: string, peers: readonly Class[], random: Random): Class {
  const members = sample(PROPERTIES, between(3, 9, random), random).map((property) => property(random));
  for (const [index, target] of sample(peers, between(0, 2, random), random).entries()) {
    members.push(field(index === 0 ? 'owner' : 'origin', column({ references: () => target })));
  }
  return define(noun, parentOf(peers, Persistent, random), members, entity(`${noun.toLowerCase()}s`));
}

function generateController(noun: string, peers: readonly Class[], random: Random): Class {
  const members = sample(ACTIONS, between(3, 9, random), random).map((action) => {
    const path = random() < 0.5 ? `/${action}` : `/:id/${action}`;
    return method(action, route(pick(VERBS, random), path));
  });
  members.push(...injections(1, 3, random));
  const path = `/${noun.toLowerCase()}`;
  return define(`${noun}Controller`, parentOf(peers, RestController, random), members, controller(path));
}

/** One time in three one of the latest peers, as long as that makes no more than four in a line. */
function parentOf(peers: readonly Class[], root: Class, random: Random): Class {
  const candidates = peers.slice(-8).filter((peer) => lineageOf(peer).length < 4);
  return random() < 1 / 3 && candidates.length > 0 ? pick(candidates, random) : root;
}

// ---- Members ------------------------------------------------------------------------------------------

interface Member {
  readonly kind: 'field' | 'method';
  readonly name: string;
  readonly decorators: readonly ((value: undefined, context: never) => void)[];
}

type Decorators = Member['decorators'];

const field = (name: string, ...decorators: Decorators): Member => ({ kind: 'field', name, decorators });
const method = (name: string, ...decorators: Decorators): Member => ({ kind: 'method', name, decorators });

const NOUNS = ['Invoice', 'Shipment', 'Voucher', 'Supplier', 'Contract', 'Warehouse', 'Campaign', 'Refund'];
const ACTIONS = ['approve', 'archive', 'assign', 'close', 'copy', 'export', 'import', 'merge', 'verify'];
const TOKENS = ['AuditLog', 'Clock', 'EventBus', 'Mailer', 'Metrics', 'Rates', 'SearchIndex', 'Settings'];

/** A subclass that draws what its parent has drawn already overrides it. */
const PROPERTIES: readonly ((random: Random) => Member)[] = [
  ...['title', 'summary', 'contact', 'street', 'city', 'model'].map((name) => (random: Random) => {
    const length = 20 * between(1, 10, random);
    return field(name, column({ length, nullable: random() < 0.3 }), validate(required, maxLength(length)));
  }),
  ...['quantity', 'priority', 'amountInCents', 'ratePercent', 'capacity'].map((name) => (random: Random) => {
    const most = 10 ** between(2, 6, random);
    return field(name, column({ type: 'integer', default: 0 }), validate(integer, min(0), max(most)));
  }),
  ...['approvedAt', 'expiresAt', 'importedAt'].map((name) => (random: Random) => {
    return field(name, column({ type: 'timestamp', nullable: true, index: random() < 0.3 }));
  }),
  ...['active', 'archived', 'visible'].map((name) => (random: Random) => {
    return field(name, column({ type: 'boolean', default: random() < 0.5 }));
  }),
  ...['code', 'batch', 'barcode'].map((name) => (random: Random) => {
    const length = between(4, 12, random);
    const digits = RegExp(`^[0-9]{${length}}$`);
    return field(name, column({ length, unique: true }), validate(required, matches(digits)));
  }),
  ...['status', 'channel', 'region'].map((name) => (random: Random) => {
    const values = sample(['draft', 'online', 'open', 'retail', 'south'], between(2, 4, random), random);
    return field(name, column({ length: 8, default: values[0]!, index: true }), validate(oneOf(...values)));
  }),
];

function injections(least: number, most: number, random: Random): Member[] {
  const tokens = sample(TOKENS, between(least, most, random), random);
  return tokens.map((token) => field(token.toLowerCase(), inject(token)));
}

// ---- Making and choosing ------------------------------------------------------------------------------

/** What a compiler makes of a decorated class, by hand: its members' decorators run first, its own last. */
function define(
  name: string,
  parent: Class | null,
  members: readonly Member[],
  decorator?: (target: Class, context: ClassDecoratorContext) => void,
): Class {
  const target = parent === null ? class {} : class extends (parent as new () => object) {};
  Object.defineProperty(target, 'name', { value: name, configurable: true });
  const metadata: DecoratorMetadataObject = Object.create(parent?.[Symbol.metadata] ?? null);
  for (const { kind, name, decorators } of members) {
    const context = { kind, name, static: false, private: false, metadata };
    for (const decorator of decorators) decorator(undefined, context as never);
  }
  decorator?.(target, { kind: 'class', name, metadata } as ClassDecoratorContext);
  Object.defineProperty(target, Symbol.metadata, { value: metadata, configurable: true });
  return target;
}

function added(peers: Class[], peer: Class): Class {
  peers.push(peer);
  return peer;
}

function requireIntegerFrom0(name: string, value: number): void {
  if (Number.isSafeInteger(value) && value >= 0) return;
  throw new RangeError(`${name} must be an integer from 0, received ${received(value)}`);
}

/** An integer from `least` to `most`, both included. */
function between(least: number, most: number, random: Random): number {
  return least + Math.floor(random() * (most - least + 1));
}

function pick<T>(choices: readonly T[], random: Random): T {
  return choices[Math.floor(random() * choices.length)]!;
}

/** `count` different choices, or all if there are fewer, in random order. */
function sample<T>(choices: readonly T[], count: number, random: Random): T[] {
  const left = [...choices];
  return Array.from({ length: Math.min(count, left.length) }, () => {
    return left.splice(Math.floor(random() * left.length), 1)[0]!;
  });
}
