// Node has no `Symbol.metadata` yet, and a decorated class looks for it when it is evaluated: so this is the
// first statement of the first module that every such class imports.
(Symbol as { metadata?: symbol }).metadata ??= Symbol.for('Symbol.metadata');

/** Any class, abstract ones too. */
export type Class = abstract new (...args: never[]) => object;

/** The types that a column can have, as `@column` takes them. */
export const COLUMN_TYPES = [
  'uuid', 'varchar', 'text', 'integer', 'boolean', 'date', 'timestamp', 'json',
] as const;
/** One of {@link COLUMN_TYPES}. */
export type ColumnType = (typeof COLUMN_TYPES)[number];

/** In the order in which routes of one path are listed. */
export const VERBS = ['GET', 'POST', 'PUT', 'PATCH', 'DELETE'] as const;
/** One of {@link VERBS}. */
export type Verb = (typeof VERBS)[number];

/**
 * What `@column` takes. An option that is left out, or `undefined`, is inherited; what nobody said has its
 * default.
 */
export interface ColumnOptions {
  /** The column's name in the table. @default the member's name in snake_case */
  name?: string;
  /** @default the type of the referenced column, otherwise `'varchar'` */
  type?: ColumnType;
  /** Characters, an integer from 1; only a `varchar` has a length. @default 255 */
  length?: number;
  /** @default false */
  primary?: boolean;
  /** @default false */
  unique?: boolean;
  /** @default false */
  nullable?: boolean;
  /** Whether rows are looked up by it. @default true for a column that references another, otherwise false */
  index?: boolean;
  /** `null` is no default. @default null */
  default?: string | number | boolean | null;
  /** The entity whose primary column it holds; a function, since entities reference each other in circles. */
  references?: () => Class;
}

/** A validation rule as plain data: who checks it is somebody else's business. */
export interface Rule {
  readonly rule: string;
  readonly value: true | number | string | readonly string[];
}

/** What a decorator leaves behind: no more than it was told. */
export type Decoration =
  | { readonly by: 'entity'; readonly table: string }
  | { readonly by: 'controller'; readonly path: string }
  | { readonly by: 'column'; readonly member: string; readonly options: ColumnOptions }
  | { readonly by: 'validate'; readonly member: string; readonly rules: readonly Rule[] }
  | { readonly by: 'route'; readonly member: string; readonly verb: Verb; readonly path: string }
  | {
      readonly by: 'inject';
      readonly member: string | symbol;
      readonly isPrivate: boolean;
      readonly token: string;
    };

/** What the decorators of one class left on that class itself, in the order in which they ran. */
export interface Layer {
  readonly className: string;
  readonly decorations: readonly Decoration[];
}

const DECORATIONS: unique symbol = Symbol.for('hotpath.decorations');

/** Adds to what a class's decorators left, and to that class only. */
export function leave(metadata: DecoratorMetadata, decoration: Decoration): void {
  // A class's metadata object has that of its parent for a prototype. So `metadata[DECORATIONS] ??= []` would
  // find the parent's list, and what is left here would show up in the parent and in its other subclasses.
  if (!Object.hasOwn(metadata, DECORATIONS)) metadata[DECORATIONS] = [];
  (metadata[DECORATIONS] as Decoration[]).push(decoration);
}

/** What was left so far by the decorators of the class that owns `metadata`, without what it inherits. */
export function ownDecorations(metadata: DecoratorMetadata): readonly Decoration[] {
  return Object.hasOwn(metadata, DECORATIONS) ? (metadata[DECORATIONS] as Decoration[]) : [];
}

/** What decorators left on a class and on each that it extends, the root first. O(classes of the chain). */
export function layersOf(target: Class): Layer[] {
  return lineageOf(target).map((ancestor) => {
    // A class without decorators has no metadata of its own, but finds its parent's, which had its turn.
    const metadata = Object.hasOwn(ancestor, Symbol.metadata) ? ancestor[Symbol.metadata] : null;
    return { className: nameOf(ancestor), decorations: metadata ? ownDecorations(metadata) : [] };
  });
}

/** A decoration and the layer that it was found in. */
export type Left<By extends Decoration['by']> = Extract<Decoration, { by: By }> & { readonly layer: Layer };

/** What decorators of one kind left, the root's first. O(decorations of the chain). */
export function leftBy<By extends Decoration['by']>(by: By, layers: readonly Layer[]): Left<By>[] {
  return left(layers, (decoration) => decoration.by === by) as Left<By>[];
}

/** What they left on one member. O(decorations of the chain), so that asking for each member is quadratic. */
export function leftOn<By extends Exclude<Decoration['by'], 'entity' | 'controller'>>(
  by: By,
  member: string | symbol,
  layers: readonly Layer[],
): Left<By>[] {
  return left(layers, (decoration) => decoration.by === by && decoration.member === member) as Left<By>[];
}

function left(layers: readonly Layer[], isWanted: (decoration: Decoration) => boolean) {
  return layers.flatMap((layer) => {
    return layer.decorations.filter(isWanted).map((decoration) => ({ ...decoration, layer }));
  });
}

/** The members that were decorated, each once, in the order of their first decoration. */
export function membersOf<Member>(decorations: readonly { readonly member: Member }[]): Member[] {
  return [...new Set(decorations.map(({ member }) => member))];
}

/** A class and all that it extends, the root first. */
export function lineageOf(target: Class): Class[] {
  const lineage: Class[] = [];
  for (let ancestor: unknown = target; isClass(ancestor); ancestor = Object.getPrototypeOf(ancestor)) {
    lineage.unshift(ancestor);
  }
  return lineage;
}

/** Whether `value` can be extended or constructed; the end of every chain, `Function.prototype`, cannot. */
export function isClass(value: unknown): value is Class {
  return typeof value === 'function' && typeof value.prototype === 'object';
}

export function nameOf(target: Class): string {
  return target.name || '(anonymous)';
}

/** `value` as an error message names what it received. */
export function received(value: unknown): string {
  if (isClass(value)) return nameOf(value);
  if (typeof value === 'string') return JSON.stringify(value);
  if (value !== null && typeof value === 'object') return Array.isArray(value) ? 'an array' : 'an object';
  return typeof value === 'function' ? 'a function' : String(value);
}
