import {
  type Class,
  type ColumnOptions,
  type ColumnType,
  isClass,
  type Layer,
  layersOf,
  leftBy,
  leftOn,
  membersOf,
  nameOf,
  received,
} from './metadata.ts';

/** A column with all that was left unsaid worked out. */
export interface ColumnDescription {
  readonly property: string;
  /** The column's name in the table. */
  readonly name: string;
  readonly type: ColumnType;
  /** Characters; `null` for every type but `varchar`. */
  readonly length: number | null;
  readonly primary: boolean;
  readonly unique: boolean;
  readonly index: boolean;
  readonly nullable: boolean;
  /** `null` is no default. */
  readonly default: string | number | boolean | null;
  readonly references: ReferenceDescription | null;
  /** The classes whose options were merged, the root first. */
  readonly declaredBy: readonly string[];
}

/** Where a column leads that holds another entity's primary column. */
export interface ReferenceDescription {
  /** The name of the class. */
  readonly entity: string;
  readonly table: string;
  /** The name of its primary column. */
  readonly column: string;
}

/** An index of a table, and the columns that it is over. */
export interface IndexDescription {
  readonly name: string;
  readonly columns: readonly string[];
  readonly unique: boolean;
}

/** The table of an entity, the one named last in its chain; of any other class `undefined`. */
export function tableOf(layers: readonly Layer[]): string | undefined {
  return leftBy('entity', layers).at(-1)?.table;
}

/**
 * The columns of all layers with their defaults resolved: primary ones first, then in the order of
 * declaration, the root's first.
 *
 * @param owner the class, as an error names it
 * @throws RangeError if two columns have one name, or a reference has no single primary column to point to
 */
export function describeColumns(owner: string, layers: readonly Layer[]): ColumnDescription[] {
  const columns = mergeColumns(layers).map((column) => resolve(owner, column));
  const propertyOf = new Map<string, string>();
  for (const { name, property } of columns) {
    const other = propertyOf.get(name);
    if (other !== undefined) {
      throw new RangeError(
        `${owner} must have one property for the column ${name}, received ${other} and ${property}`,
      );
    }
    propertyOf.set(name, property);
  }
  return columns.sort((a, b) => Number(b.primary) - Number(a.primary));
}

/** The indexes that a table needs for its primary, unique and looked-up columns, by name. */
export function describeIndexes(table: string, columns: readonly ColumnDescription[]): IndexDescription[] {
  const primary = columns.filter((column) => column.primary).map(({ name }) => name);
  const indexes = primary.length === 0 ? [] : [{ name: `${table}_pkey`, columns: primary, unique: true }];
  for (const { name, unique, index } of columns) {
    if (unique) indexes.push({ name: `${table}_${name}_key`, columns: [name], unique });
    else if (index) indexes.push({ name: `${table}_${name}_idx`, columns: [name], unique });
  }
  return indexes.sort((a, b) => (a.name < b.name ? -1 : 1));
}

// ---- Merging and resolving ----------------------------------------------------------------------------

/** A column with the options that all layers gave it, and no defaults yet. */
interface MergedColumn {
  readonly property: string;
  readonly options: ColumnOptions;
  readonly declaredBy: readonly string[];
}

function mergeColumns(layers: readonly Layer[]): MergedColumn[] {
  return membersOf(leftBy('column', layers)).map((property) => {
    const declared = leftOn('column', property, layers);
    return {
      property,
      options: Object.assign({}, ...declared.map(({ options }) => options)) as ColumnOptions,
      declaredBy: declared.map(({ layer }) => layer.className),
    };
  });
}

function resolve(owner: string, { property, options, declaredBy }: MergedColumn): ColumnDescription {
  const target = options.references && referenced(`${owner}.${property}`, options.references());
  const type = options.type ?? target?.type ?? 'varchar';
  return {
    property,
    name: columnName(property, options),
    type,
    length: type === 'varchar' ? (options.length ?? 255) : null,
    primary: options.primary ?? false,
    unique: options.unique ?? false,
    index: options.index ?? target !== undefined,
    nullable: options.nullable ?? false,
    default: options.default ?? null,
    references: target?.reference ?? null,
    declaredBy,
  };
}

/** Merges the whole chain of the referenced class to find one column of it, and again for each reference. */
function referenced(owner: string, target: Class) {
  const layers = isClass(target) ? layersOf(target) : [];
  const table = tableOf(layers);
  const [primary, ...others] = mergeColumns(layers).filter(({ options }) => options.primary);
  if (table === undefined || primary === undefined || others.length > 0) {
    throw new RangeError(
      `${owner} must reference an entity with one primary column, received ${received(target)}`,
    );
  }
  const column = columnName(primary.property, primary.options);
  return { type: primary.options.type, reference: { entity: nameOf(target), table, column } };
}

/** `priceInCents` is kept in `price_in_cents`, `imageURL` in `image_url`. */
function columnName(property: string, { name }: ColumnOptions): string {
  return name ?? property.replace(/(?<=[a-z0-9])(?=[A-Z])/g, '_').toLowerCase();
}
