import {
  type ColumnDescription,
  describeColumns,
  describeIndexes,
  type IndexDescription,
  tableOf,
} from './columns.ts';
import {
  type Class,
  isClass,
  type Layer,
  layersOf,
  leftBy,
  leftOn,
  membersOf,
  nameOf,
  received,
} from './metadata.ts';
import { describeRoutes, prefixOf, type RouteDescription } from './routes.ts';
import { describeValidations, type ValidationDescription } from './rules.ts';

/** Plain data: `JSON.parse(JSON.stringify(description))` equals it. */
export type Description = EntityDescription | ControllerDescription | ComponentDescription;

/** What every class may have. */
interface CommonDescription {
  readonly name: string;
  /** The names of the classes that it extends, the nearest first. */
  readonly extends: readonly string[];
  readonly validations: readonly ValidationDescription[];
  /** By token. */
  readonly injections: readonly InjectionDescription[];
}

/** A class that is kept in a table. */
export interface EntityDescription extends CommonDescription {
  readonly kind: 'entity';
  readonly table: string;
  readonly columns: readonly ColumnDescription[];
  readonly indexes: readonly IndexDescription[];
}

/** A class that answers requests. */
export interface ControllerDescription extends CommonDescription {
  readonly kind: 'controller';
  /** What the paths of all its routes begin with. */
  readonly prefix: string;
  readonly routes: readonly RouteDescription[];
}

/** Neither entity nor controller: a service with its injections, or a form with its validations. */
export interface ComponentDescription extends CommonDescription {
  readonly kind: 'component';
}

/** A member, and what the container is to give it. */
export interface InjectionDescription {
  /** `#name` of a private member, `Symbol(name)` of a symbol. */
  readonly property: string;
  readonly token: string;
  readonly declaredBy: string;
}

/**
 * Everything that the decorators of a class and of those it extends say together, as a fresh object each
 * time.
 *
 * Tens of microseconds. O(m²) in the decorations of the chain, and as much again for each entity that it
 * references.
 *
 * @throws TypeError if `target` is no class, has no decorators, or is decorated inconsistently
 * @throws RangeError if two of its columns or routes collide, or a reference has nothing to point to
 * @example
 * {@includeCode ../../docs/examples/00-framework/describe.ts#describe}
 */
export function describe(target: Class): Description {
  if (!isClass(target)) throw new TypeError(`describe takes a class, received ${received(target)}`);
  const name = nameOf(target);
  const layers = layersOf(target);
  if (layers.every(({ decorations }) => decorations.length === 0)) {
    throw new TypeError(`describe takes a class that is decorated or extends one that is, received ${name}`);
  }

  const table = tableOf(layers);
  const prefix = prefixOf(layers);
  if (table !== undefined && prefix !== undefined) {
    throw new TypeError(`${name} must be an @entity or a @controller, received both`);
  }
  if (table === undefined) requireNone('column', 'entity', name, layers);
  if (prefix === undefined) requireNone('route', 'controller', name, layers);

  const head = { name, extends: layers.slice(0, -1).reverse().map(({ className }) => className) };
  const tail = { validations: describeValidations(layers), injections: describeInjections(layers) };
  if (table !== undefined) {
    const columns = describeColumns(name, layers);
    return { kind: 'entity', ...head, table, columns, indexes: describeIndexes(table, columns), ...tail };
  }
  if (prefix !== undefined) {
    return { kind: 'controller', ...head, prefix, routes: describeRoutes(name, prefix, layers), ...tail };
  }
  return { kind: 'component', ...head, ...tail };
}

function describeInjections(layers: readonly Layer[]): InjectionDescription[] {
  const injections = membersOf(leftBy('inject', layers)).flatMap((member) => {
    const declared = leftOn('inject', member, layers);
    // A subclass's #clock does not override its parent's: an object has both.
    const living = declared.filter(({ isPrivate }, index) => isPrivate || index === declared.length - 1);
    const property = String(member);
    return living.map(({ token, layer }) => ({ property, token, declaredBy: layer.className }));
  });
  return injections.sort((a, b) => (a.token < b.token ? -1 : a.token > b.token ? 1 : 0));
}

function requireNone(by: 'column' | 'route', needed: string, name: string, layers: readonly Layer[]): void {
  const members = membersOf(leftBy(by, layers));
  if (members.length === 0) return;
  const what = `${name} with ${members.join(', ')}`;
  throw new TypeError(`@${by} needs @${needed} on the class or one that it extends, received ${what}`);
}
