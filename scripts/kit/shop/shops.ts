// The shop of exercise 0 as a program that answers: as the framework does it, and with what exercises 1 to 5 are about.

import { BatchMetadataProcessor } from '#exercise/03-batch-processor';
import { MetadataPerformanceMonitor } from '#exercise/05-performance-monitor';
import { LazyMetadataLoader } from '#exercise/02-lazy-loader';
import { OptimizedMetadataCache } from '#exercise/01-metadata-cache';
import {
  Category,
  type Class,
  Customer,
  describe,
  type Description,
  Product,
  Review,
} from '../../../reference/00-framework/index.ts';
import { type Database, idOf, REVIEWS_OF_A_PRODUCT, type Row, type Table } from './database.ts';

/** What the pages are made by. Which it is decides how long they take, and nothing else. */
interface Means {
  describe(entity: Class): Description;
  find(table: Table, id: string): Promise<Row>;
}

/** @throws Error if there is no such product or category, or no such page */
export type Shop = (route: string, id: string) => Promise<unknown>;

/** Describes for each row, and asks for each row: what one writes first. */
export function before(database: Database): Shop {
  const find = async (table: Table, id: string) => rowOf((await database.find(table, [id]))[0]!);
  return (route, id) => page(route, id, { describe, find });
}

export interface After {
  readonly shop: Shop;
  readonly descriptions: OptimizedMetadataCache;
  readonly timings: MetadataPerformanceMonitor;
}

/**
 * Remembers what classes are described as, loads the few categories once, and fetches other rows together with those
 * that other requests want.
 *
 * @param sampleRate the part of the pages that are measured from within; 0 for none
 */
export function after(database: Database, sampleRate: number): After {
  const descriptions = new OptimizedMetadataCache({ maxEntries: 100 });
  const loader = new LazyMetadataLoader();
  const batches = new BatchMetadataProcessor({ windowMs: 0, batchSize: 100 });
  const timings = new MetadataPerformanceMonitor({ sampleRate });

  const inBatches = (table: Table) =>
    batches.defineBatch<string, Row>(table, (ids) => database.find(table, ids), { keyOf: (id) => id });
  const finders = { products: inBatches('products'), reviews: inBatches('reviews'), customers: inBatches('customers') };
  const category = (id: string) =>
    loader.load(id, async () => rowOf((await database.find('categories', [id]))[0]!));
  const means: Means = {
    describe: (entity) => descriptions.get(entity.name, () => describe(entity)),
    find: (table, id) => (table === 'categories' ? category(id) : finders[table](id)),
  };
  if (sampleRate === 0) return { shop: (route, id) => page(route, id, means), descriptions, timings };

  const measured: Means = {
    describe: (entity) => timings.measure('describe', () => means.describe(entity)),
    find: (table, id) => timings.measureAsync(`find ${table}`, () => means.find(table, id)),
  };
  const shop: Shop = (route, id) => timings.measureAsync(route, () => page(route, id, measured));
  return { shop, descriptions, timings };
}

async function page(route: string, id: string, means: Means): Promise<unknown> {
  if (route === '/products') return productPage(id, means);
  if (route === '/categories') return { path: await pathTo(idOf('categories', Number(id)), means) };
  throw new Error(`there is no page ${route}`);
}

async function productPage(id: string, means: Means): Promise<unknown> {
  const product = await means.find('products', idOf('products', Number(id)));
  const numbers = Array.from({ length: REVIEWS_OF_A_PRODUCT }, (_, n) => Number(id) * REVIEWS_OF_A_PRODUCT + n);
  const [path, reviews] = await Promise.all([
    pathTo(product['category'] as string, means),
    Promise.all(numbers.map((number) => review(idOf('reviews', number), means))),
  ]);
  return { product: shown(Product, product, means), path, reviews };
}

async function review(id: string, means: Means): Promise<unknown> {
  const row = await means.find('reviews', id);
  const customer = shown(Customer, await means.find('customers', row['customer'] as string), means);
  return { ...shown(Review, row, means), by: customer['displayName'] };
}

/** From the category up to that in which all others lie. */
async function pathTo(id: string, means: Means): Promise<unknown[]> {
  const row = await means.find('categories', id);
  const parent = row['parent'] as string | null;
  return [shown(Category, row, means), ...(parent === null ? [] : await pathTo(parent, means))];
}

/** A row as its class describes it: by the names of the properties, with defaults. */
function shown(entity: Class, row: Row, { describe }: Means): Record<string, unknown> {
  const description = describe(entity);
  if (description.kind !== 'entity') throw new TypeError(`${entity.name} is in no table`);
  return Object.fromEntries(
    description.columns.map(({ property, name, default: otherwise }) => [property, row[name] ?? otherwise]),
  );
}

function rowOf(found: Row | Error): Row {
  if (found instanceof Error) throw found;
  return found;
}
