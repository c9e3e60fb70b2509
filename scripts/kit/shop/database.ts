// What the shop sells, and a database that is some way off.

import { randomNumbers } from '../../../reference/00-framework/index.ts';

/** By the names of the columns. */
export type Row = Readonly<Record<string, unknown>>;

export type Table = 'products' | 'categories' | 'reviews' | 'customers';

/** For one row or a hundred, ms. */
const TRIP_MS = 1;

const SIZES = { products: 200, categories: 40, reviews: 600, customers: 100 } as const;
/** Each category lies in one whose number is so many times smaller. */
const BRANCHING = 4;
export const REVIEWS_OF_A_PRODUCT = 3;

export const idOf = (table: Table, number: number) => `${table}-${number}`;

/** Answers after a trip, to whom it has to say no as well. */
export class Database {
  readonly #tables: Readonly<Record<Table, ReadonlyMap<string, Row>>>;
  /** How often somebody went there. */
  trips = 0;

  constructor() {
    const random = randomNumbers(8);
    const any = (table: Table) => idOf(table, Math.floor(random() * SIZES[table]));
    const table = (name: Table, columnsOf: (number: number) => Row) =>
      new Map(
        Array.from({ length: SIZES[name] }, (_, number): [string, Row] => {
          const id = idOf(name, number);
          return [id, { id, createdAt: '2026-01-01', updatedAt: '2026-01-01', version: 1, ...columnsOf(number) }];
        }),
      );
    this.#tables = {
      products: table('products', (number) => ({
        category: any('categories'),
        sku: `ABC-${1_000 + number}`,
        title: `Product ${number}`,
        slug: `product-${number}`,
        priceInCents: 100 + Math.floor(random() * 10_000),
        stock: Math.floor(random() * 50),
        weight_g: 250,
        published: true,
      })),
      categories: table('categories', (number) => ({
        parent: number === 0 ? null : idOf('categories', Math.floor((number - 1) / BRANCHING)),
        title: `Category ${number}`,
        slug: `category-${number}`,
        position: number,
      })),
      reviews: table('reviews', (number) => ({
        product: idOf('products', Math.floor(number / REVIEWS_OF_A_PRODUCT)),
        customer: any('customers'),
        stars: 1 + (number % 5),
        text: 'It does what it is meant to do, and does it well.',
      })),
      customers: table('customers', (number) => ({
        email: `customer${number}@example.org`,
        displayName: `Customer ${number}`,
        loyaltyPoints: number,
      })),
    };
  }

  /** The rows with these ids, in their order; an Error in the place of one that there is not. One trip. */
  async find(table: Table, ids: readonly string[]): Promise<(Row | Error)[]> {
    this.trips++;
    await new Promise((resolve) => setTimeout(resolve, TRIP_MS));
    return ids.map((id) => this.#tables[table].get(id) ?? new Error(`there is no ${id} in ${table}`));
  }
}
