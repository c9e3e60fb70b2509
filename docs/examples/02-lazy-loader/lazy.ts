import assert from 'node:assert/strict';
import { invalidateLazy, lazy } from '../../../reference/02-lazy-loader/index.ts';

// #region lazy
let loads = 0;

class Order {
  customer = 7;

  @lazy(async ({ customer }: Order) => `customer ${customer}, load ${++loads}`)
  accessor buyer!: Promise<string>;
}

const order = new Order();
assert.equal(await order.buyer, 'customer 7, load 1');
assert.equal(await order.buyer, 'customer 7, load 1');
invalidateLazy(order, 'buyer');
assert.equal(await order.buyer, 'customer 7, load 2');
// #endregion lazy
