import { column, controller, entity, inject, route, validate } from './decorators.ts';
import type { Class } from './metadata.ts';
import { email, integer, matches, max, maxLength, min, minLength, oneOf, required, url } from './rules.ts';

// ---- Entities -----------------------------------------------------------------------------------------

/** What every row has. It has columns but no table, and so is no entity itself. */
export abstract class Persistent {
  @column({ type: 'uuid', primary: true }) id!: string;
  @column({ type: 'timestamp', default: 'now' }) createdAt!: Date;
  @column({ type: 'timestamp', default: 'now', index: true }) updatedAt!: Date;
  @column({ type: 'integer', default: 0 }) @validate(integer, min(0)) version!: number;
}

@entity('accounts')
export class Account extends Persistent {
  @column({ unique: true }) @validate(required, email, maxLength(255)) email!: string;
  @column({ length: 60 }) passwordHash!: string;
  @column({ length: 80 }) @validate(required, minLength(2), maxLength(80)) displayName!: string;
  @column({ length: 5, default: 'en' }) @validate(matches(/^[a-z]{2}(-[A-Z]{2})?$/)) locale!: string;
  @column({ length: 8, default: 'customer' }) @validate(oneOf('customer', 'clerk', 'admin')) role!: string;
  @column({ type: 'boolean', default: false }) confirmed!: boolean;
  @column({ type: 'timestamp', nullable: true }) lastLoginAt!: Date | null;
}

@entity('customers')
export class Customer extends Account {
  /** Printed on parcels, which have room for 40 characters. */
  @column({ length: 40 }) @validate(maxLength(40)) override displayName = '';
  @column({ length: 20, nullable: true }) @validate(matches(/^\+[0-9]{6,15}$/)) phone!: string | null;
  @column({ type: 'date', nullable: true }) birthday!: string | null;
  @column({ type: 'boolean', default: false }) newsletter!: boolean;
  @column({ type: 'integer', default: 0 }) @validate(integer, min(0)) loyaltyPoints!: number;
  @column({ nullable: true, references: () => Address }) shippingAddress!: string | null;
}

@entity('addresses')
export class Address extends Persistent {
  @column({ references: () => Customer }) customer!: string;
  @column({ length: 100 }) @validate(required, maxLength(100)) recipient!: string;
  @column({ length: 100 }) @validate(required, maxLength(100)) street!: string;
  @column({ length: 10 }) @validate(required, maxLength(10)) houseNumber!: string;
  @column({ length: 12, index: true }) @validate(required, matches(/^[0-9A-Z -]{3,12}$/)) postalCode!: string;
  @column({ length: 80 }) @validate(required, maxLength(80)) city!: string;
  @column({ length: 80, nullable: true }) @validate(maxLength(80)) region!: string | null;
  @column({ length: 2 }) @validate(required, matches(/^[A-Z]{2}$/)) country!: string;
  @column({ type: 'text', nullable: true }) @validate(maxLength(500)) instructions!: string | null;
  @column({ type: 'boolean', default: false }) isDefault!: boolean;
}

@entity('categories')
export class Category extends Persistent {
  @column({ nullable: true, references: () => Category }) parent!: string | null;
  @column({ length: 80 }) @validate(required, maxLength(80)) title!: string;
  @column({ length: 80, unique: true }) @validate(required, matches(/^[a-z0-9-]+$/)) slug!: string;
  @column({ type: 'text', nullable: true }) description!: string | null;
  @column({ nullable: true }) @validate(url) imageUrl!: string | null;
  @column({ type: 'integer', default: 0 }) @validate(integer, min(0), max(999)) position!: number;
}

@entity('products')
export class Product extends Persistent {
  @column({ references: () => Category }) category!: string;
  @column({ length: 16, unique: true }) @validate(required, matches(/^[A-Z]{3}-[0-9]{4,8}$/)) sku!: string;
  @column({ length: 120 }) @validate(required, maxLength(120)) title!: string;
  @column({ length: 120, unique: true }) @validate(required, matches(/^[a-z0-9-]+$/)) slug!: string;
  @column({ type: 'text', nullable: true }) description!: string | null;
  @column({ type: 'integer' }) @validate(required, integer, min(0)) priceInCents!: number;
  @column({ length: 3, default: 'EUR' }) @validate(oneOf('EUR', 'GBP', 'USD')) currency!: string;
  @column({ length: 8, default: 'standard' }) @validate(oneOf('standard', 'reduced', 'zero')) tax!: string;
  @column({ type: 'integer', default: 0 }) @validate(integer, min(0)) stock!: number;
  @column({ type: 'integer', name: 'weight_g', nullable: true }) @validate(min(0)) weight!: number | null;
  @column({ type: 'boolean', default: false, index: true }) published!: boolean;
}

@entity('digital_products')
export class DigitalProduct extends Product {
  @column({ nullable: false, default: 0 }) @validate(max(0)) override weight: 0 = 0;
  @column({ default: 'reduced' }) override tax = 'reduced';
  @column() @validate(required, url, matches(/^https:/)) downloadUrl!: string;
  @column({ type: 'integer', name: 'size_bytes' }) @validate(integer, min(1)) size!: number;
  @column({ length: 20, default: 'personal' }) @validate(oneOf('personal', 'commercial')) licence!: string;
}

@entity('reviews')
export class Review extends Persistent {
  @column({ references: () => Product }) product!: string;
  @column({ references: () => Customer }) customer!: string;
  @column({ type: 'integer', index: true }) @validate(required, integer, min(1), max(5)) stars!: number;
  @column({ length: 120, nullable: true }) @validate(maxLength(120)) title!: string | null;
  @column({ type: 'text' }) @validate(required, minLength(20), maxLength(4_000)) text!: string;
  @column({ type: 'timestamp', nullable: true }) approvedAt!: Date | null;
}

@entity('orders')
export class Order extends Persistent {
  @column({ length: 14, unique: true }) @validate(required, matches(/^[0-9]{4}-[0-9]{9}$/)) number!: string;
  @column({ references: () => Customer }) customer!: string;
  @column({ references: () => Address }) billingAddress!: string;
  @column({ references: () => Address }) shippingAddress!: string;
  @column({ default: 'open', index: true }) @validate(oneOf('open', 'paid', 'sent')) status!: string;
  @column({ type: 'integer' }) @validate(required, integer, min(0)) totalInCents!: number;
  @column({ type: 'integer', default: 0 }) @validate(integer, min(0)) shippingInCents!: number;
  @column({ length: 3, default: 'EUR' }) @validate(oneOf('EUR', 'GBP', 'USD')) currency!: string;
  @column({ type: 'text', nullable: true }) @validate(maxLength(2_000)) note!: string | null;
  @column({ length: 40, nullable: true, index: true }) trackingCode!: string | null;
  @column({ type: 'timestamp', nullable: true }) shippedAt!: Date | null;
  @column({ type: 'timestamp', nullable: true }) cancelledAt!: Date | null;
}

@entity('order_lines')
export class OrderLine extends Persistent {
  @column({ references: () => Order }) order!: string;
  @column({ references: () => Product }) product!: string;
  @column({ type: 'integer' }) @validate(required, integer, min(1)) position!: number;
  @column({ type: 'integer', default: 1 }) @validate(required, integer, min(1), max(1_000)) quantity!: number;
  @column({ type: 'integer' }) @validate(required, integer, min(0)) unitPriceInCents!: number;
  @column({ type: 'integer', default: 0 }) @validate(integer, min(0)) discountInCents!: number;
}

@entity('payments')
export class Payment extends Persistent {
  @column({ references: () => Order }) order!: string;
  @column({ length: 8 }) @validate(required, oneOf('card', 'transfer', 'invoice')) method!: string;
  @column({ length: 64, unique: true }) @validate(required, maxLength(64)) reference!: string;
  @column({ type: 'integer' }) @validate(required, integer, min(1)) amountInCents!: number;
  @column({ length: 3, default: 'EUR' }) @validate(oneOf('EUR', 'GBP', 'USD')) currency!: string;
  @column({ type: 'json', nullable: true }) receipt!: object | null;
  @column({ type: 'timestamp', nullable: true }) capturedAt!: Date | null;
}

// ---- Services and controllers -------------------------------------------------------------------------

/** The rows of one table; who keeps them is the container's business. */
export interface Rows<Row> {
  find(filter?: Partial<Row>): Row[];
  save(row: Partial<Row>): Row;
  remove(id: string): boolean;
}

export class CheckoutService {
  @inject('Rows<Order>') orders!: Rows<Order>;
  @inject('Rows<OrderLine>') lines!: Rows<OrderLine>;
  @inject('Rows<Payment>') payments!: Rows<Payment>;
  @inject('Clock') accessor now!: () => Date;
  @inject('Mailer') #send!: (to: string, subject: string) => void;

  place(customer: Customer, lines: Partial<OrderLine>[]): Order {
    const order = this.orders.save({ customer: customer.id, createdAt: this.now(), status: 'open' });
    for (const line of lines) this.lines.save({ ...line, order: order.id });
    this.#send(customer.email, `Your order ${order.number}`);
    return order;
  }

  pay(order: string, method: string, amountInCents: number): Payment {
    return this.payments.save({ order, method, amountInCents, capturedAt: this.now() });
  }
}

@controller('/api')
export abstract class RestController<Row extends Persistent> {
  abstract rows: Rows<Row>;

  @inject('Clock') accessor now!: () => Date;

  @route('GET', '/') list(): Row[] {
    return this.rows.find();
  }
  @route('GET', '/:id') read(id: Row['id']): Row | undefined {
    return this.rows.find({ id } as Partial<Row>)[0];
  }
  @route('POST', '/') create(row: Partial<Row>): Row {
    return this.rows.save(row);
  }
  @route('PATCH', '/:id') update(id: string, row: Partial<Row>): Row {
    return this.rows.save({ ...row, id, updatedAt: this.now() });
  }
  @route('DELETE', '/:id') remove(id: string): unknown {
    return this.rows.remove(id);
  }
}

@controller('/products')
export class ProductController extends RestController<Product> {
  @inject('Rows<Product>') rows!: Rows<Product>;
  @inject('Rows<Review>') reviews!: Rows<Review>;
  @inject('SearchIndex') #matching!: (words: string) => Product[];

  @route('GET', '/search/:words') search(words: string): Product[] {
    return this.#matching(words);
  }
  @route('GET', '/by-sku/:sku') bySku(sku: string): Product | undefined {
    return this.rows.find({ sku })[0];
  }
  @route('GET', '/new') published(): Product[] {
    return this.rows.find({ published: true });
  }
  @route('PUT', '/:id/published') publish(id: string): Product {
    return this.update(id, { published: true });
  }
  @route('DELETE', '/:id/published') withdraw(id: string): Product {
    return this.update(id, { published: false });
  }
  @route('PUT', '/:id/stock') restock(id: string, stock: number): Product {
    return this.update(id, { stock });
  }
  @route('GET', '/:id/reviews') reviewsOf(product: string): Review[] {
    return this.reviews.find({ product });
  }
  @route('POST', '/:id/reviews') review(product: string, review: Partial<Review>): Review {
    return this.reviews.save({ ...review, product });
  }
}

@controller('/orders')
export class OrderController extends RestController<Order> {
  @inject('Rows<Order>') rows!: Rows<Order>;
  @inject('Rows<OrderLine>') lines!: Rows<OrderLine>;
  @inject('Rows<Payment>') payments!: Rows<Payment>;
  @inject(CheckoutService) checkout!: CheckoutService;

  /** Orders are cancelled, never deleted: this route takes the place of the inherited one. */
  @route('POST', '/:id/cancel') override remove(id: string): Order {
    return this.update(id, { cancelledAt: this.now() });
  }
  @route('GET', '/open') open(): Order[] {
    return this.rows.find({ status: 'open' });
  }
  @route('GET', '/by-number/:number') byNumber(number: string): Order | undefined {
    return this.rows.find({ number })[0];
  }
  @route('GET', '/:id/lines') linesOf(order: string): OrderLine[] {
    return this.lines.find({ order });
  }
  @route('GET', '/:id/payments') paymentsOf(order: string): Payment[] {
    return this.payments.find({ order });
  }
  @route('POST', '/:id/payments') pay(order: string, { method, amountInCents }: Payment): Payment {
    return this.checkout.pay(order, method, amountInCents);
  }
  @route('PUT', '/:id/shipped') ship(id: string, trackingCode: string): Order {
    return this.update(id, { status: 'sent', trackingCode, shippedAt: this.now() });
  }
}

/** The classes of the shop that can be described; what only they extend is left out. */
export const shopClasses: readonly Class[] = [
  Account, Customer, Address, Category, Product, DigitalProduct, Review, Order, OrderLine, Payment,
  CheckoutService, ProductController, OrderController,
];
