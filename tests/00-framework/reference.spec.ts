import { describe, expect, it } from 'vitest';
import {
  Account,
  Category,
  CheckoutService,
  type Class,
  column,
  COLUMN_TYPES,
  controller,
  type ControllerDescription,
  Customer,
  describe as describeClass,
  DigitalProduct,
  email,
  entity,
  type EntityDescription,
  generateClasses,
  inject,
  integer,
  layersOf,
  lineageOf,
  matches,
  max,
  maxLength,
  min,
  oneOf,
  Order,
  OrderController,
  Product,
  randomNumbers,
  required,
  route,
  shopClasses,
  validate,
} from '#framework';

const entityOf = (target: Class) => describeClass(target) as EntityDescription;
const controllerOf = (target: Class) => describeClass(target) as ControllerDescription;
const propertiesOf = (target: Class) => entityOf(target).columns.map(({ property }) => property);
const columnOf = (target: Class, property: string) => {
  return entityOf(target).columns.find((described) => described.property === property);
};
const rulesOf = (target: Class, property: string) => {
  return describeClass(target).validations.find((described) => described.property === property)?.rules;
};
const routesOf = (target: Class) => {
  return controllerOf(target).routes.map(({ verb, path, handler }) => `${verb} ${path} ${handler}`);
};

abstract class Row {
  @column({ type: 'uuid', primary: true }) id!: string;
}

describe('an entity', () => {
  it('is described as a whole', () => {
    @entity('authors')
    class Author extends Row {
      @column({ length: 80 }) @validate(required, maxLength(80)) fullName!: string;
    }
    @entity('books')
    class Book extends Row {
      @column({ unique: true }) isbn!: string;
      @column({ nullable: true, references: () => Author }) author!: string | null;
      @inject('Clock') now!: () => Date;
    }
    const unsaid = {
      length: null,
      primary: false,
      unique: false,
      index: false,
      nullable: false,
      default: null,
      references: null,
    };
    const id = { ...unsaid, property: 'id', name: 'id', type: 'uuid', primary: true, declaredBy: ['Row'] };
    expect(describeClass(Author)).toEqual({
      kind: 'entity',
      name: 'Author',
      extends: ['Row'],
      table: 'authors',
      columns: [
        id,
        {
          ...unsaid,
          property: 'fullName',
          name: 'full_name',
          type: 'varchar',
          length: 80,
          declaredBy: ['Author'],
        },
      ],
      indexes: [{ name: 'authors_pkey', columns: ['id'], unique: true }],
      validations: [{ property: 'fullName', rules: [required, maxLength(80)] }],
      injections: [],
    });
    expect(describeClass(Book)).toEqual({
      kind: 'entity',
      name: 'Book',
      extends: ['Row'],
      table: 'books',
      columns: [
        id,
        {
          ...unsaid,
          property: 'isbn',
          name: 'isbn',
          type: 'varchar',
          length: 255,
          unique: true,
          declaredBy: ['Book'],
        },
        {
          ...unsaid,
          property: 'author',
          name: 'author',
          type: 'uuid',
          index: true,
          nullable: true,
          references: { entity: 'Author', table: 'authors', column: 'id' },
          declaredBy: ['Book'],
        },
      ],
      indexes: [
        { name: 'books_author_idx', columns: ['author'], unique: false },
        { name: 'books_isbn_key', columns: ['isbn'], unique: true },
        { name: 'books_pkey', columns: ['id'], unique: true },
      ],
      validations: [],
      injections: [{ property: 'now', token: 'Clock', declaredBy: 'Book' }],
    });
  });

  it('names its columns in snake_case, unless they have a name', () => {
    @entity('files')
    class File {
      @column() priceInCents!: number;
      @column() imageURL!: string;
      @column() line2!: string;
      @column({ name: 'weight_g' }) weight!: number;
    }
    const names = entityOf(File).columns.map(({ name }) => name);
    expect(names).toEqual(['price_in_cents', 'image_url', 'line2', 'weight_g']);
  });

  it('has its primary columns first, and one index for all of them', () => {
    @entity('stocks')
    class Stock {
      @column() note!: string;
      @column({ primary: true }) shelf!: string;
      @column({ primary: true }) sku!: string;
    }
    expect(entityOf(Stock).columns.map(({ name }) => name)).toEqual(['shelf', 'sku', 'note']);
    expect(entityOf(Stock).indexes).toEqual([
      { name: 'stocks_pkey', columns: ['shelf', 'sku'], unique: true },
    ]);
  });

  it('has one index for a column, a unique one if it may', () => {
    @entity('coupons')
    class Coupon {
      @column({ unique: true, index: true }) code!: string;
    }
    expect(entityOf(Coupon).indexes).toEqual([{ name: 'coupons_code_key', columns: ['code'], unique: true }]);
  });

  it('may reference itself, and another that references it', () => {
    expect(columnOf(Category, 'parent')?.references).toEqual({
      entity: 'Category',
      table: 'categories',
      column: 'id',
    });
    expect(columnOf(Customer, 'shippingAddress')?.references?.entity).toBe('Address');
    expect(columnOf(Order, 'customer')?.references?.entity).toBe('Customer');
  });

  it('may have accessors for columns, and names that every object has', () => {
    @entity('odd')
    class Odd {
      @column() accessor constructed = 1;
      @column() @validate(required) __proto__!: object;
      @column() toString!: () => string;
    }
    expect(propertiesOf(Odd)).toEqual(['constructed', '__proto__', 'toString']);
    expect(rulesOf(Odd, '__proto__')).toEqual([required]);
  });

  it('keeps what it was told, whatever becomes of the object that said it', () => {
    const options = { length: 10 };
    const rule = { rule: 'oneOf', value: ['a'] };
    @entity('notes')
    class Note {
      @column(options) @validate(rule) text!: string;
    }
    options.length = 20;
    rule.value.push('b');
    expect(columnOf(Note, 'text')?.length).toBe(10);
    expect(rulesOf(Note, 'text')).toEqual([oneOf('a')]);
  });
});

describe('a subclass', () => {
  @entity('vehicles')
  class Vehicle extends Row {
    @column({ length: 20, default: 'road', nullable: true }) @validate(required, maxLength(20)) kind!: string;
    @column({ type: 'integer' }) @validate(min(0)) @validate(integer) wheels!: number;
  }
  class Car extends Vehicle {
    @column({ default: 'city', nullable: false }) @validate(maxLength(20), maxLength(8)) override kind = '';
  }
  class Van extends Vehicle {}
  @entity('trucks')
  class Truck extends Van {
    @column({ type: 'text' }) override kind = 'long haul';
    @validate(max(18)) override wheels = 6;
  }

  it('names those that it extends, the nearest first', () => {
    expect(describeClass(Truck).extends).toEqual(['Van', 'Vehicle', 'Row']);
  });

  it('has its parent’s table, or its own', () => {
    expect([Vehicle, Car, Van, Truck].map((target) => entityOf(target).table)).toEqual([
      'vehicles',
      'vehicles',
      'vehicles',
      'trucks',
    ]);
  });

  it('overrides the options of a column one by one', () => {
    const { declaredBy, ...inherited } = columnOf(Vehicle, 'kind')!;
    expect(declaredBy).toEqual(['Vehicle']);
    expect(columnOf(Car, 'kind')).toEqual({
      ...inherited,
      default: 'city',
      nullable: false,
      declaredBy: ['Vehicle', 'Car'],
    });
    expect(columnOf(Truck, 'kind')).toEqual({
      ...inherited,
      type: 'text',
      length: null,
      declaredBy: ['Vehicle', 'Truck'],
    });
  });

  it('inherits an option that it says is undefined, and takes back a default with null', () => {
    class Bike extends Vehicle {
      @column({ length: undefined, default: null } as object) override kind = '';
    }
    expect(columnOf(Bike, 'kind')).toMatchObject({ length: 20, default: null, nullable: true });
  });

  it('keeps the order in which members were first declared', () => {
    expect(propertiesOf(Truck)).toEqual(['id', 'kind', 'wheels']);
  });

  it('adds rules to those that it inherits, an equal one only once', () => {
    expect(rulesOf(Vehicle, 'wheels')).toEqual([integer, min(0)]);
    expect(rulesOf(Car, 'kind')).toEqual([required, maxLength(20), maxLength(8)]);
    expect(rulesOf(Truck, 'wheels')).toEqual([integer, min(0), max(18)]);
  });

  it('says all that its parent says, when it has no decorators', () => {
    const said = describeClass(Vehicle);
    expect(describeClass(Van)).toEqual({ ...said, name: 'Van', extends: ['Vehicle', 'Row'] });
  });

  it('changes neither its parent nor the other subclasses', () => {
    const before = [Vehicle, Car, Van].map(describeClass);
    @entity('campers')
    class Camper extends Van {
      @column() beds!: number;
      @validate(min(4)) override wheels = 4;
    }
    expect(columnOf(Camper, 'beds')).toBeDefined();
    expect([Vehicle, Car, Van].map(describeClass)).toEqual(before);
    expect(layersOf(Camper).map(({ decorations }) => decorations.length)).toEqual([1, 6, 0, 3]);
  });

  it('may come from a mixin', () => {
    const sluggable = <Base extends new (...args: any[]) => object>(base: Base) => {
      class Sluggable extends base {
        @column({ unique: true }) @validate(matches(/^[a-z-]+$/)) slug!: string;
      }
      return Sluggable;
    };
    @entity('pages')
    class Page extends sluggable(Row as new () => Row) {}
    @entity('tags')
    class Tag extends sluggable(Object) {}
    expect(propertiesOf(Page)).toEqual(['id', 'slug']);
    expect(propertiesOf(Tag)).toEqual(['slug']);
  });

  it('leaves the metadata of other decorators alone', () => {
    const noted = (_value: unknown, { metadata }: DecoratorContext) => void (metadata['noted'] = true);
    @noted
    @entity('orders')
    class Noted {}
    expect(Noted[Symbol.metadata]?.['noted']).toBe(true);
    expect(Object.keys(Noted[Symbol.metadata]!)).toEqual(['noted']);
    expect(entityOf(Noted).table).toBe('orders');
  });
});

describe('a controller', () => {
  @controller('/api/')
  abstract class Api {
    @route('GET', '') list() {}
    @route('GET', '/:id') read() {}
    @route('DELETE', '/:id') remove() {}
  }
  @controller('teams/:team/players')
  class Players extends Api {
    @route('GET', 'best') best() {}
    @route('PATCH', '/:id') @route('PUT', '/:id') write() {}
    @route('POST', '/:player/retire') override remove() {}
    @route('GET', '/:id/card.pdf') card() {}
  }

  it('joins its prefix with those that it inherits, and with the path of each route', () => {
    expect(controllerOf(Api).prefix).toBe('/api');
    expect(controllerOf(Players).prefix).toBe('/api/teams/:team/players');
    expect(routesOf(Api)).toEqual(['GET /api list', 'GET /api/:id read', 'DELETE /api/:id remove']);
  });

  it('lists routes in the order to try them: what is fixed before a parameter', () => {
    expect(routesOf(Players)).toEqual([
      'GET /api/teams/:team/players list',
      'GET /api/teams/:team/players/best best',
      'GET /api/teams/:team/players/:id read',
      'PUT /api/teams/:team/players/:id write',
      'PATCH /api/teams/:team/players/:id write',
      'GET /api/teams/:team/players/:id/card.pdf card',
      'POST /api/teams/:team/players/:player/retire remove',
    ]);
  });

  it('routes an overridden method by the subclass alone, and an inherited one as it was', () => {
    const { routes } = controllerOf(Players);
    const declared = routes.map(({ handler, declaredBy }) => [handler, declaredBy]);
    expect(declared).toContainEqual(['remove', 'Players']);
    expect(declared).toContainEqual(['read', 'Api']);
    expect(routes.filter(({ verb }) => verb === 'DELETE')).toEqual([]);
  });

  it('has for each route a pattern that captures the parameters', () => {
    const card = controllerOf(Players).routes.find(({ handler }) => handler === 'card')!;
    expect(card.params).toEqual(['team', 'id']);
    const match = new RegExp(card.pattern).exec('/api/teams/7/players/12/card.pdf');
    expect(match?.slice(1)).toEqual(['7', '12']);
    expect(new RegExp(card.pattern).test('/api/teams/7/players/12/card-pdf')).toBe(false);
    expect(new RegExp(card.pattern).test('/api/teams/7/players/12/13/card.pdf')).toBe(false);
  });

  it('may be at the root', () => {
    @controller('/')
    class Root {
      @route('GET', '/') index() {}
    }
    expect(controllerOf(Root).prefix).toBe('/');
    expect(controllerOf(Root).routes).toMatchObject([{ path: '/', pattern: '^/$', params: [] }]);
  });
});

describe('injections', () => {
  it('are by name or by class, sorted by token', () => {
    const { injections } = describeClass(OrderController);
    expect(injections.map(({ property, token }) => [property, token])).toEqual([
      ['checkout', 'CheckoutService'],
      ['now', 'Clock'],
      ['rows', 'Rows<Order>'],
      ['lines', 'Rows<OrderLine>'],
      ['payments', 'Rows<Payment>'],
    ]);
  });

  it('are overridden by the subclass, except into private members', () => {
    class Parent {
      @inject('SystemClock') clock!: unknown;
      @inject('ParentLog') #log!: unknown;
      log = () => this.#log;
    }
    class Child extends Parent {
      @inject('TestClock') override clock: unknown = null;
      @inject('ChildLog') #log!: unknown;
      childLog = () => this.#log;
    }
    expect(describeClass(Child).injections).toEqual([
      { property: '#log', token: 'ChildLog', declaredBy: 'Child' },
      { property: '#log', token: 'ParentLog', declaredBy: 'Parent' },
      { property: 'clock', token: 'TestClock', declaredBy: 'Child' },
    ]);
  });

  it('may go into symbols, which are told apart however they are called', () => {
    const [one, other] = [Symbol('log'), Symbol('log')];
    class Service {
      @inject('A') [one]!: unknown;
      @inject('B') [other]!: unknown;
    }
    expect(describeClass(Service)).toEqual({
      kind: 'component',
      name: 'Service',
      extends: [],
      validations: [],
      injections: [
        { property: 'Symbol(log)', token: 'A', declaredBy: 'Service' },
        { property: 'Symbol(log)', token: 'B', declaredBy: 'Service' },
      ],
    });
  });
});

describe('a description', () => {
  it('is plain data', () => {
    for (const target of shopClasses) {
      const description = describeClass(target);
      expect(JSON.parse(JSON.stringify(description))).toEqual(description);
    }
  });

  it('is fresh: what a caller does to one never shows in the next', () => {
    for (const target of shopClasses) {
      const before = JSON.stringify(describeClass(target));
      scribbleOver(describeClass(target));
      expect(JSON.stringify(describeClass(target))).toBe(before);
    }
  });

  it('shares no object with another', () => {
    const seen = new Set(objectsIn(describeClass(DigitalProduct)));
    const again = objectsIn(describeClass(DigitalProduct));
    expect(again.filter((object) => seen.has(object))).toEqual([]);
  });
});

describe('misuse', () => {
  type Misuse = readonly [error: Error, attempt: () => unknown];
  const secret: unique symbol = Symbol('secret');

  @entity('pairs')
  class Pair extends Row {
    @column({ primary: true }) other!: string;
  }

  const notToBeDescribed: Misuse[] = [
    [
      new TypeError('describe takes a class, received undefined'),
      () => describeClass(undefined as never),
    ],
    [
      new TypeError('describe takes a class, received an object'),
      () => describeClass(new Order() as never),
    ],
    [
      new TypeError('describe takes a class, received a function'),
      () => describeClass((() => {}) as never),
    ],
    [
      new TypeError('describe takes a class, received "Order"'),
      () => describeClass('Order' as never),
    ],
    [
      new TypeError('describe takes a class that is decorated or extends one that is, received Plain'),
      () => describeClass(class Plain extends Map {}),
    ],
    [
      new TypeError('describe takes a class that is decorated or extends one that is, received (anonymous)'),
      () => describeClass(class {}),
    ],
  ];

  const inconsistent: Misuse[] = [
    [
      new TypeError('@column needs @entity on the class or one that it extends, received Row with id'),
      () => describeClass(Row),
    ],
    [
      new TypeError('@column needs @entity on the class or one that it extends, received Api with id'),
      () => {
        @controller('/api')
        class Api extends Row {}
        return describeClass(Api);
      },
    ],
    [
      new TypeError('@route needs @controller on the class or one that it extends, received Form with find'),
      () => {
        @entity('forms')
        class Form {
          @route('GET', '/') find() {}
        }
        return describeClass(Form);
      },
    ],
    [
      new TypeError('Both must be an @entity or a @controller, received both'),
      () => {
        @controller('/both')
        class Both extends Order {}
        return describeClass(Both);
      },
    ],
    [
      new RangeError(
        'a route of Pages must be the only one of its verb and path, received GET /a/:id for read and show',
      ),
      () => {
        @controller('/a')
        class Pages {
          @route('GET', '/:id') read() {}
          @route('PUT', '/:id') write() {}
          @route('GET', '/:name/') show() {}
        }
        return describeClass(Pages);
      },
    ],
    [
      new RangeError(
        'a route of Holds must be the only one of its verb and path, received GET /api/orders for list and all',
      ),
      () => {
        class Holds extends OrderController {
          @route('GET', '/') all() {}
        }
        return describeClass(Holds);
      },
    ],
    [
      new RangeError('Sale must have one property for the column price, received price and cost'),
      () => {
        @entity('sales')
        class Sale {
          @column() price!: number;
          @column({ name: 'price' }) cost!: number;
        }
        return describeClass(Sale);
      },
    ],
    ...[CheckoutService, Row, Pair, undefined].map((target): Misuse => {
      const message = `Sale.owner must reference an entity with one primary column, received ${target?.name}`;
      return [
        new RangeError(message),
        () => {
          @entity('sales')
          class Sale {
            @column({ references: () => target as Class }) owner!: string;
          }
          return describeClass(Sale);
        },
      ];
    }),
  ];

  const misplaced: Misuse[] = [
    [
      new TypeError('@column decorates fields and accessors of instances, received the method total'),
      // @ts-expect-error a method
      () => class { @column() total() {} },
    ],
    [
      new TypeError('@column decorates fields and accessors of instances, received the getter total'),
      // @ts-expect-error a getter
      () => class { @column() get total() { return 1; } },
    ],
    [
      new TypeError('@column decorates fields and accessors of instances, received the static field total'),
      () => class { @column() static total = 1; },
    ],
    [
      new TypeError('@column needs a public name, received the field #total'),
      () => class { @column() #total = 1; total = () => this.#total; },
    ],
    [
      new TypeError('@validate needs a public name, received the field Symbol(secret)'),
      () => class { @validate(email) [secret] = ''; },
    ],
    [
      new TypeError('@validate decorates fields and accessors of instances, received the method total'),
      // @ts-expect-error a method
      () => class { @validate(email) total() {} },
    ],
    [
      new TypeError('@route decorates methods of instances, received the field find'),
      // @ts-expect-error a field
      () => class { @route('GET', '/') find = () => 1; },
    ],
    [
      new TypeError('@route needs a public name, received the method #find'),
      () => class { @route('GET', '/') #find() {} find = () => this.#find(); },
    ],
    [
      new TypeError('@inject decorates fields and accessors of instances, received the static accessor now'),
      () => class { @inject('Clock') static accessor now = 1; },
    ],
    [
      new TypeError('@entity decorates classes, received the method find'),
      // @ts-expect-error a method
      () => class { @entity('finds') find() {} },
    ],
    [
      new TypeError('@controller decorates classes, received the field find'),
      // @ts-expect-error a field
      () => class { @controller('/finds') find = 1; },
    ],
    [
      new TypeError('@column is given once, received it twice on the field total'),
      () => class { @column() @column() total = 1; },
    ],
    [
      new TypeError('@inject is given once, received it twice on the field #clock'),
      () => class { @inject('A') @inject('B') #clock = 1; clock = () => this.#clock; },
    ],
    [
      new TypeError('@entity is given once, received it twice on the class Sale'),
      () => {
        @entity('sales')
        @entity('sold')
        class Sale {}
        return Sale;
      },
    ],
  ];

  const mistold: Misuse[] = [
    [new RangeError('@entity table must be in snake_case, received "Orders"'), () => entity('Orders')],
    [
      new RangeError('@controller path must look like /orders/:id, received "/a//b"'),
      () => controller('/a//b'),
    ],
    [new RangeError('@column name must be in snake_case, received ""'), () => column({ name: '' })],
    [
      new RangeError(`@column type must be one of ${COLUMN_TYPES.join(', ')}, received "int"`),
      () => column({ type: 'int' as never }),
    ],
    [new RangeError('@column length must be an integer from 1, received 0'), () => column({ length: 0 })],
    [
      new TypeError('@column nullable must be true or false, received "no"'),
      () => column({ nullable: 'no' as never }),
    ],
    [
      new TypeError('@column default must be a string, a finite number, a boolean or null, received NaN'),
      () => column({ default: NaN }),
    ],
    [
      new TypeError('@column references must be an arrow function, received Order'),
      () => column({ references: Order as never }),
    ],
    [new RangeError('@validate needs at least one rule, received none'), () => validate()],
    [new TypeError('@validate takes rules, received a function'), () => validate(min as never)],
    [
      new TypeError('the rule max takes true, a finite number or text, received Infinity'),
      () => validate(required, max(Infinity)),
    ],
    [
      new RangeError('@route verb must be one of GET, POST, PUT, PATCH, DELETE, received "get"'),
      () => route('get' as never, '/'),
    ],
    [
      new RangeError('@route path must look like /orders/:id, received "/a?b=1"'),
      () => route('GET', '/a?b=1'),
    ],
    [new TypeError('@inject token must be a name or a class, received ""'), () => inject('')],
  ];

  describe.each([
    ['what cannot be described', notToBeDescribed],
    ['what its decorators contradict', inconsistent],
    ['a decorator in the wrong place', misplaced],
    ['a decorator that is told nonsense', mistold],
  ])('is an error: %s', (_what, misuses) => {
    it.each(misuses)('%s', (error, attempt) => {
      expect(attempt).toThrow(error);
    });
  });

  it('leaves the parent of a class that could not be decorated as it was', () => {
    const before = describeClass(Account);
    expect(() => class extends Account { @column() @column() override locale = 'de'; }).toThrow(TypeError);
    expect(describeClass(Account)).toEqual(before);
  });
});

describe('the shop', () => {
  it('has 13 classes to describe: 10 entities, 2 controllers and a service', () => {
    const kinds = shopClasses.map((target) => describeClass(target).kind);
    expect(kinds.filter((kind) => kind === 'entity')).toHaveLength(10);
    expect(kinds.filter((kind) => kind === 'controller')).toHaveLength(2);
    expect(kinds.filter((kind) => kind === 'component')).toHaveLength(1);
  });

  it('has, with the two that only others extend, 113 decorated members and 175 decorations', () => {
    const layers = [...new Set(shopClasses.flatMap(lineageOf))].map((target) => layersOf(target).at(-1)!);
    const membersIn = layers.map(({ decorations }) => {
      return new Set(decorations.flatMap((it) => ('member' in it ? [it.member] : [])));
    });
    expect(layers).toHaveLength(15);
    expect(membersIn.reduce((sum, members) => sum + members.size, 0)).toBe(113);
    expect(layers.reduce((sum, { decorations }) => sum + decorations.length, 0)).toBe(175);
  });

  it('has names and tables of its own for each', () => {
    const descriptions = shopClasses.map(describeClass);
    expect(new Set(descriptions.map(({ name }) => name)).size).toBe(13);
    expect(new Set(descriptions.flatMap((it) => (it.kind === 'entity' ? [it.table] : []))).size).toBe(10);
  });

  it('inherits over three classes', () => {
    expect(describeClass(Customer).extends).toEqual(['Account', 'Persistent']);
    expect(entityOf(Customer).columns).toHaveLength(16);
    expect(rulesOf(Customer, 'displayName')?.map(({ rule, value }) => [rule, value])).toEqual([
      ['required', true],
      ['minLength', 2],
      ['maxLength', 80],
      ['maxLength', 40],
    ]);
  });

  it('sells downloads that weigh nothing', () => {
    const name = 'weight_g';
    expect(columnOf(Product, 'weight')).toMatchObject({ name, nullable: true, default: null });
    expect(columnOf(DigitalProduct, 'weight')).toMatchObject({ name, nullable: false, default: 0 });
  });

  it('never deletes an order', () => {
    expect(routesOf(OrderController)).toContain('POST /api/orders/:id/cancel remove');
    expect(routesOf(OrderController).filter((line) => line.startsWith('DELETE'))).toEqual([]);
  });
});

describe('generated classes', () => {
  const described = (count: number, seed: number) => generateClasses(count, seed).map(describeClass);

  it('are the same for the same seed, in new classes', () => {
    expect(described(200, 7)).toEqual(described(200, 7));
    expect(generateClasses(1, 7)[0]).not.toBe(generateClasses(1, 7)[0]);
  });

  it('are others for another seed', () => {
    expect(described(20, 7)).not.toEqual(described(20, 8));
    expect(described(20, 0)).not.toEqual(described(20, 2 ** 31));
  });

  it('do not change when more are asked for', () => {
    expect(described(60, 3).slice(0, 25)).toEqual(described(25, 3));
    expect(described(0, 3)).toEqual([]);
  });

  it('have names of their own', () => {
    const names = described(1_000, 1).map(({ name }) => name);
    expect(new Set(names).size).toBe(1_000);
    expect(names.slice(0, 3)).toEqual(['Contract0', 'Refund1', 'Campaign2']);
  });

  it('are shaped like the shop: mostly entities, some of which extend, override or reference others', () => {
    const descriptions = described(1_000, 1);
    const columns = descriptions.map((it) => (it.kind === 'entity' ? it.columns : []));
    const share = <T>(all: readonly T[], fits: (one: T) => boolean) => all.filter(fits).length / all.length;
    expect(share(descriptions, ({ kind }) => kind === 'entity')).toBeCloseTo(0.7, 1);
    expect(share(descriptions, ({ kind }) => kind === 'controller')).toBeCloseTo(0.2, 1);
    expect(share(descriptions, (it) => it.extends.length > 1)).toBeGreaterThan(0.2);
    expect(Math.max(...descriptions.map((it) => it.extends.length))).toBe(3);
    expect(share(columns, (all) => all.some(({ references }) => references))).toBeGreaterThan(0.3);
    expect(share(columns, (all) => all.some(({ declaredBy }) => declaredBy.length > 1))).toBeGreaterThan(0.1);
  });

  it('are plain data too', () => {
    const descriptions = described(100, 5);
    expect(JSON.parse(JSON.stringify(descriptions))).toEqual(descriptions);
  });

  it('have metadata objects that inherit from one another, as those of decorated classes do', () => {
    for (const target of generateClasses(50, 5)) {
      const parent = lineageOf(target).at(-2);
      expect(Object.getPrototypeOf(target[Symbol.metadata])).toBe(parent?.[Symbol.metadata] ?? null);
    }
  });

  it('need a count and a seed', () => {
    const rejected = (what: string) => new RangeError(`${what} must be an integer from 0, received 1.5`);
    expect(() => generateClasses(1.5, 0)).toThrow(rejected('count'));
    expect(() => generateClasses(0, 1.5)).toThrow(rejected('seed'));
    expect(() => randomNumbers(1.5)).toThrow(rejected('seed'));
  });

  it('stand on numbers that are spread evenly from 0 to below 1', () => {
    const random = randomNumbers(42);
    const counts = Array.from({ length: 10 }, () => 0);
    for (let i = 0; i < 10_000; i++) counts[Math.floor(random() * 10)]!++;
    for (const count of counts) expect(Math.abs(count - 1_000)).toBeLessThan(100);
  });
});

/** The value itself, if it is an object, and every object and array in it. */
function objectsIn(value: unknown): object[] {
  if (value === null || typeof value !== 'object') return [];
  return [value, ...Object.values(value).flatMap(objectsIn)];
}

function scribbleOver(description: object): void {
  for (const object of objectsIn(description)) {
    if (Array.isArray(object)) object.push('scribble');
    else for (const key of Object.keys(object)) Object.assign(object, { [key]: 'scribble' });
  }
}
