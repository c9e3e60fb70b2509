import assert from 'node:assert/strict';

(Symbol as { metadata?: symbol }).metadata ??= Symbol.for('Symbol.metadata');

// #region standard
/** Notes which members are columns, in the metadata of their class. */
function column(_value: undefined, context: ClassFieldDecoratorContext): void {
  const { name, metadata } = context;
  // A list of its own: `metadata['columns'] ??= []` would find the parent's, and write to it.
  if (!Object.hasOwn(metadata, 'columns')) metadata['columns'] = [];
  (metadata['columns'] as unknown[]).push(name);
}

class Row {
  @column id = 0;
}

class Product extends Row {
  @column title = '';
}

assert.deepEqual(Product[Symbol.metadata]!['columns'], ['title']);
assert.deepEqual(Row[Symbol.metadata]!['columns'], ['id']);
assert.equal(Object.getPrototypeOf(Product[Symbol.metadata]), Row[Symbol.metadata]);
// #endregion standard

// #region plain
class Plain extends Row {}

// No decorator, so no metadata of its own: it is the parent's that is found.
assert.equal(Object.hasOwn(Plain, Symbol.metadata), false);
assert.equal(Plain[Symbol.metadata], Row[Symbol.metadata]);
// #endregion plain

// #region early
let seenByDecorator: unknown;

class Early {
  @((_value: unknown, context: ClassMethodDecoratorContext) => {
    seenByDecorator = context.metadata; // the object is there, its class is not yet
  })
  run(): void {}
}

assert.equal(seenByDecorator, Early[Symbol.metadata]);
// #endregion early

// #region field
/** A field decorator sees neither class nor instance: it is given `undefined`, and may return an initializer. */
function trimmed(value: undefined, _context: ClassFieldDecoratorContext<unknown, string>) {
  assert.equal(value, undefined);
  return (initial: string) => initial.trim();
}

class Form {
  @trimmed name = ' Ada ';
}

assert.equal(new Form().name, 'Ada');
// #endregion field

// #region typed
/** What the compiler no longer emits it can check: the decorator says which members it is for. */
function integer(_value: undefined, _context: ClassFieldDecoratorContext<unknown, number>): void {}

class Stock {
  @integer count = 0;
  // @ts-expect-error: a text is no number
  @integer place = 'A7';
}
// #endregion typed
assert.equal(new Stock().place, 'A7');

// #region bridge
type Legacy = (target: object, name: string | symbol) => void;
type Standard = (value: undefined, context: ClassFieldDecoratorContext) => void;

const legacyNotes = new WeakMap<object, (string | symbol)[]>();

/** Both kinds in one: the second argument of a standard decorator is an object, that of a legacy one a name. */
const noted = ((target: object | undefined, second: string | symbol | ClassFieldDecoratorContext) => {
  if (typeof second === 'object') column(undefined, second);
  else legacyNotes.set(target!, [...(legacyNotes.get(target!) ?? []), second]);
}) as Legacy & Standard;

/** One way to ask, whichever compiler the class went through; without what it inherits. */
function columnsOf(target: abstract new (...args: never[]) => object): readonly (string | symbol)[] {
  const metadata = Object.hasOwn(target, Symbol.metadata) ? target[Symbol.metadata] : undefined;
  const own = metadata && Object.hasOwn(metadata, 'columns') ? metadata['columns'] : legacyNotes.get(target.prototype);
  return (own as (string | symbol)[] | undefined) ?? [];
}

class Modern {
  @noted title = '';
}

class Old {}
noted(Old.prototype, 'title'); // what experimentalDecorators makes of `@noted title = ''`

assert.deepEqual(columnsOf(Modern), ['title']);
assert.deepEqual(columnsOf(Old), ['title']);
// #endregion bridge
