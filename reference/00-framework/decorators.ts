import {
  type Class,
  COLUMN_TYPES,
  type ColumnOptions,
  type Decoration,
  isClass,
  leave,
  nameOf,
  ownDecorations,
  received,
  type Rule,
  type Verb,
  VERBS,
} from './metadata.ts';
import { copyRule, requireRule } from './rules.ts';

/** What a decorator of properties is told: it decorates fields, and accessors that replace them. */
export type PropertyContext = ClassFieldDecoratorContext | ClassAccessorDecoratorContext;

/**
 * The class is kept in a table. A subclass has its parent's table unless it names its own.
 *
 * @throws TypeError if it decorates anything but a class, or the same class twice
 * @throws RangeError if `table` is not in snake_case
 */
export function entity(table: string) {
  requireIdentifier('@entity table', table);
  return (_target: Class, context: ClassDecoratorContext): void => {
    requireClass('entity', context);
    leaveOnce(context, { by: 'entity', table });
  };
}

/**
 * The class answers requests below a path. A subclass's path comes after that of its parent.
 *
 * @param path segments, as in `/orders` or `/shops/:shop`; `''` and `/` add nothing
 * @throws TypeError if it decorates anything but a class, or the same class twice
 * @throws RangeError if `path` is none
 */
export function controller(path: string) {
  requirePath('@controller path', path);
  return (_target: Class, context: ClassDecoratorContext): void => {
    requireClass('controller', context);
    leaveOnce(context, { by: 'controller', path });
  };
}

/**
 * The member is a column of the entity's table. Where a subclass decorates it again, its options override one
 * by one.
 *
 * @throws TypeError if it decorates anything but a public field or accessor of instances, or the same one
 *   twice
 * @throws RangeError if an option is out of its range
 */
export function column(options: ColumnOptions = {}) {
  const given = checkedOptions(options);
  return (_value: unknown, context: PropertyContext): void => {
    const member = requireNamed('column', 'fields and accessors', context);
    leaveOnce(context, { by: 'column', member, options: given });
  };
}

/**
 * The member has to satisfy the rules, those of the inherited member, and those of every other `@validate` on
 * it.
 *
 * @throws TypeError if it decorates anything but a public field or accessor of instances, or something is no
 *   rule
 * @throws RangeError if there is no rule
 */
export function validate(...rules: readonly Rule[]) {
  if (rules.length === 0) throw new RangeError('@validate needs at least one rule, received none');
  rules.forEach(requireRule);
  const given = rules.map(copyRule);
  return (_value: unknown, context: PropertyContext): void => {
    const member = requireNamed('validate', 'fields and accessors', context);
    leave(context.metadata, { by: 'validate', member, rules: given });
  };
}

/**
 * The method answers requests to a path below the controller's. A method may have several routes; where a
 * subclass routes it again, the inherited ones are gone.
 *
 * @throws TypeError if it decorates anything but a public method of instances
 * @throws RangeError if `verb` or `path` is none
 */
export function route(verb: Verb, path: string) {
  if (!VERBS.includes(verb)) {
    throw new RangeError(`@route verb must be one of ${VERBS.join(', ')}, received ${received(verb)}`);
  }
  requirePath('@route path', path);
  return (_method: unknown, context: ClassMethodDecoratorContext): void => {
    const member = requireNamed('route', 'methods', context);
    leave(context.metadata, { by: 'route', member, verb, path });
  };
}

/**
 * The member is given what the container has under a token: a name, or a class. Private members and symbols
 * do too, for a container sets them through `context.access` and not by name.
 *
 * @throws TypeError if it decorates anything but a field or accessor of instances, or the same one twice, or
 *   if `token` is neither a name nor a class
 */
export function inject(token: string | Class) {
  if (!isClass(token) && (typeof token !== 'string' || token === '')) {
    throw new TypeError(`@inject token must be a name or a class, received ${received(token)}`);
  }
  return (_value: unknown, context: PropertyContext): void => {
    requireMember('inject', 'fields and accessors', context);
    const { name: member, private: isPrivate } = context;
    leaveOnce(context, { by: 'inject', member, isPrivate, token: isClass(token) ? nameOf(token) : token });
  };
}

// ---- What may be decorated ----------------------------------------------------------------------------

/** What a decorator is for, in the words of an error message. */
type Kinds = 'methods' | 'fields and accessors';

function requireClass(decorator: string, context: DecoratorContext): void {
  if (context.kind === 'class') return;
  throw new TypeError(`@${decorator} decorates classes, received ${memberAsReceived(context)}`);
}

/**
 * The types say the same, but JavaScript and casts get past them, and the wrong kind of member would only show
 * up as a column that is never filled, or a route that cannot be called.
 */
function requireMember(decorator: string, kinds: Kinds, context: ClassMemberDecoratorContext): void {
  const { kind } = context;
  const isRight = kinds === 'methods' ? kind === 'method' : kind === 'field' || kind === 'accessor';
  if (isRight && !context.static) return;
  throw new TypeError(`@${decorator} decorates ${kinds} of instances, received ${memberAsReceived(context)}`);
}

/** A row's keys, the path of a validation error and a router's call name the member from outside. */
function requireNamed(decorator: string, kinds: Kinds, context: ClassMemberDecoratorContext): string {
  requireMember(decorator, kinds, context);
  if (!context.private && typeof context.name === 'string') return context.name;
  throw new TypeError(`@${decorator} needs a public name, received ${memberAsReceived(context)}`);
}

function memberAsReceived(context: DecoratorContext): string {
  if (context.kind === 'class') return `the class ${context.name || '(anonymous)'}`;
  return `the ${context.static ? 'static ' : ''}${context.kind} ${String(context.name)}`;
}

function leaveOnce(context: DecoratorContext, decoration: Decoration): void {
  const memberOf = (one: Decoration) => ('member' in one ? one.member : undefined);
  for (const earlier of ownDecorations(context.metadata)) {
    if (earlier.by !== decoration.by || memberOf(earlier) !== memberOf(decoration)) continue;
    throw new TypeError(`@${decoration.by} is given once, received it twice on ${memberAsReceived(context)}`);
  }
  leave(context.metadata, decoration);
}

// ---- What they may be told ----------------------------------------------------------------------------

/** A copy without the options that are `undefined`, which would otherwise override the inherited ones. */
function checkedOptions(options: ColumnOptions): ColumnOptions {
  const isGiven = ([, value]: [string, unknown]) => value !== undefined;
  const given: ColumnOptions = Object.fromEntries(Object.entries(options).filter(isGiven));
  const { name, type, length, references } = given;
  if (name !== undefined) requireIdentifier('@column name', name);
  if (type !== undefined && !COLUMN_TYPES.includes(type)) {
    const types = COLUMN_TYPES.join(', ');
    throw new RangeError(`@column type must be one of ${types}, received ${received(type)}`);
  }
  if (length !== undefined && !(Number.isSafeInteger(length) && length >= 1)) {
    throw new RangeError(`@column length must be an integer from 1, received ${received(length)}`);
  }
  for (const flag of ['primary', 'unique', 'nullable', 'index'] as const) {
    if (typeof (given[flag] ?? false) === 'boolean') continue;
    throw new TypeError(`@column ${flag} must be true or false, received ${received(given[flag])}`);
  }
  const { default: initial = null } = given;
  if (initial !== null && !['string', 'boolean'].includes(typeof initial) && !Number.isFinite(initial)) {
    throw new TypeError(
      `@column default must be a string, a finite number, a boolean or null, received ${received(initial)}`,
    );
  }
  if (references !== undefined && (typeof references !== 'function' || isClass(references))) {
    throw new TypeError(`@column references must be an arrow function, received ${received(references)}`);
  }
  return given;
}

function requireIdentifier(subject: string, value: string): void {
  if (typeof value === 'string' && /^[a-z][a-z0-9_]*$/.test(value)) return;
  throw new RangeError(`${subject} must be in snake_case, received ${received(value)}`);
}

function requirePath(subject: string, value: string): void {
  if (typeof value === 'string' && /^\/?(:?[\w.~-]+(\/|$))*$/.test(value)) return;
  throw new RangeError(`${subject} must look like /orders/:id, received ${received(value)}`);
}
