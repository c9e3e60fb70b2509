import { inspect } from 'node:util';
import { describe, expect, it } from 'vitest';
import { flameGraph, formatReport, measured, MetadataPerformanceMonitor } from '#exercise/05-performance-monitor';
import { Clock } from '../clock.ts';
import { deferred, macrotask } from '../deferred.ts';
import { meanwhile, metricsOf, rejectionOf, take, thrownBy } from './metrics.ts';
import { type Flame, flamesOf, parseXml, sizeOf } from './svg.ts';

function monitorWithClock(): { monitor: MetadataPerformanceMonitor; clock: Clock } {
  const clock = new Clock();
  return { monitor: new MetadataPerformanceMonitor({ now: clock.now }), clock };
}

/** A page of 100 ms: 30 by itself, 10 in rendering, 60 in a query, of which 20 in parsing; and a job of 25 ms. */
function shop() {
  const { monitor, clock } = monitorWithClock();
  monitor.measure('page', () => {
    take(monitor, clock, 'render', [10]);
    clock.advance(30);
    monitor.measure('query', () => {
      clock.advance(40);
      take(monitor, clock, 'parse', [20]);
    });
  });
  take(monitor, clock, 'job', [25]);
  return { monitor, clock };
}

/** The cells of a table, by line. */
const cellsOf = (table: string) => table.split('\n').map((line) => line.trim().split(/ {2,}/));

/** The cell of an operation below a title. */
function cell(table: string, operation: string, title: string): string {
  const [head = [], ...lines] = cellsOf(table);
  expect(head, 'head of the table').toContain(title);
  const line = lines.find(([name]) => name === operation) ?? [];
  return line[head.indexOf(title)] ?? 'no such cell';
}

/** Names that somebody will use, by mistake or on purpose. */
const NAMES = [
  'Map<string, Order>',
  '</title><script>alert(1)</script>',
  '"><script>alert(1)</script>',
  "' onload='alert(1)",
  'fish & chips',
  '&amp;',
  '&#60;b&#62;',
  '<!-- ',
  ']]>',
  'größe → 10 €',
];

const CONTROLS = ['first\nsecond', 'first\r\nsecond', 'tab\tbed', 'zero\u0000', 'bell\u0007', 'escape\u001B[31m', 'next\u0085', 'half\uD800'];

describe('5.7 Report and decorate', () => {
  describe('5.7.1 What `getMetrics` returned is the same after JSON', () => {
    it('of the shop', () => {
      const report = shop().monitor.getMetrics();
      expect(JSON.parse(JSON.stringify(report)), 'the report, from JSON').toStrictEqual(report);
    });

    it('before the first call', () => {
      const report = monitorWithClock().monitor.getMetrics();
      expect(JSON.parse(JSON.stringify(report)), 'the report, from JSON').toStrictEqual(report);
    });

    it('of calls that were not timed, and took no time', () => {
      const clock = new Clock();
      for (const sampleRate of [0, 1]) {
        const monitor = new MetadataPerformanceMonitor({ now: clock.now, sampleRate });
        take(monitor, clock, 'hit', [0, 0]);
        const report = monitor.getMetrics();
        expect(JSON.parse(JSON.stringify(report)), 'the report, from JSON').toStrictEqual(report);
      }
    });

    it('with memory and collections', () => {
      const clock = new Clock();
      const monitor = new MetadataPerformanceMonitor({ now: clock.now, heapUsed: () => 1, gc: () => {} });
      take(monitor, clock, 'parse', [10]);
      const report = monitor.getMetrics();
      expect(JSON.parse(JSON.stringify(report)), 'the report, from JSON').toStrictEqual(report);
    });
  });

  describe('5.7.2 `formatReport` has a head, and a line for each operation', () => {
    it('the largest `selfMs` first', () => {
      const [, ...lines] = cellsOf(formatReport(shop().monitor.getMetrics()));
      expect(lines.map(([name]) => name), 'operations, in the order of the lines').toEqual([
        'query',
        'page',
        'job',
        'parse',
        'render',
      ]);
    });

    it('with the titles', () => {
      const [head] = cellsOf(formatReport(shop().monitor.getMetrics()));
      expect(head, 'head of the table').toEqual([
        'operation',
        'count',
        'errors',
        'per second',
        'total ms',
        'self ms',
        'mean ms',
        'p50 ms',
        'p95 ms',
        'p99 ms',
        'max ms',
      ]);
    });

    it('each number below its title', () => {
      const { monitor, clock } = monitorWithClock();
      monitor.measure('page', () => {
        clock.advance(1);
        take(monitor, clock, 'query', [...Array<number>(90).fill(2), ...Array<number>(8).fill(30), 400, 400]);
      });
      thrownBy(() =>
        monitor.measure('query', () => {
          throw new Error('timeout');
        }),
      );
      clock.advance(8_779);
      const table = formatReport(monitor.getMetrics());
      const columns = ['count', 'errors', 'per second', 'total ms', 'self ms', 'p50 ms', 'p95 ms', 'p99 ms', 'max ms'];
      const numbers = columns.map((title) => Math.round(Number(cell(table, 'query', title))));
      expect(numbers, `numbers of query: ${columns}`).toEqual([101, 1, 10, 1220, 1220, 2, 30, 400, 400]);
      expect(Number(cell(table, 'query', 'mean ms')), 'mean ms').toBeCloseTo(12.08, 0);
      expect(Number(cell(table, 'page', 'self ms')), 'self ms of page').toBe(1);
    });

    it('before the first call, only the head', () => {
      const table = formatReport(monitorWithClock().monitor.getMetrics());
      expect(cellsOf(table).map(([name]) => name), 'first cell of each line').toEqual(['operation']);
    });
  });

  describe('5.7.3 Counts are exact, other numbers within 1 %, without an exponent', () => {
    for (const ms of [0.000001234, 0.04567, 0.999, 12.3456, 98_765.4321, 1_234_567_890]) {
      it(`a call of ${ms} ms`, () => {
        const { monitor } = monitorWithClock();
        const readings = [0, ms];
        const precise = new MetadataPerformanceMonitor({ now: () => readings.shift() ?? ms });
        precise.measure('query', () => {});
        const report = {
          ...monitor.getMetrics(),
          operations: [{ ...metricsOf(precise, 'query'), totalMs: ms, maxMs: ms }],
        };
        const table = formatReport(report);
        for (const title of ['total ms', 'max ms']) {
          const written = cell(table, 'query', title);
          expect(written, title).toMatch(/^\d+(\.\d+)?$/);
          expect(Math.abs(Number(written) / ms - 1), `how far ${title} is off`).toBeLessThan(0.01);
        }
      });
    }

    it('a count of more than a million', () => {
      const { monitor, clock } = monitorWithClock();
      take(monitor, clock, 'hit', [1]);
      const operations = [{ ...metricsOf(monitor, 'hit'), count: 1_234_567, errors: 12_345 }];
      const table = formatReport({ ...monitor.getMetrics(), operations });
      expect(cell(table, 'hit', 'count'), 'count').toBe('1234567');
      expect(cell(table, 'hit', 'errors'), 'errors').toBe('12345');
    });
  });

  describe('5.7.4 All lines are equally long, and an operation takes one', () => {
    it('of names of any length', () => {
      const { monitor, clock } = monitorWithClock();
      take(monitor, clock, 'q', [0.001, 1_000_000]);
      take(monitor, clock, 'ProductCatalogueController.listAllOfThem', Array<number>(2_000).fill(1));
      const lines = formatReport(monitor.getMetrics()).split('\n');
      expect(new Set(lines.map(({ length }) => length)).size, 'different lengths of lines').toBe(1);
    });

    for (const name of CONTROLS) {
      it(`with ${JSON.stringify(name)} as a name`, () => {
        const { monitor, clock } = monitorWithClock();
        take(monitor, clock, name, [30]);
        take(monitor, clock, 'render', [20]);
        const table = formatReport(monitor.getMetrics());
        const lines = table.split('\n');
        expect(lines.length, 'lines').toBe(3);
        expect(new Set(lines.map(({ length }) => length)).size, 'different lengths of lines').toBe(1);
        expect(/[^\P{Cc}\n]/u.test(table), 'has a control character').toBe(false);
      });
    }
  });

  describe('5.7.5 `flameGraph` has a `<g>` for each node, as wide as the self time in it', () => {
    it('with a title that begins with the name', () => {
      const flames = flamesOf(flameGraph(shop().monitor.callTree()));
      expect(flames.length, 'nodes').toBe(5);
      for (const operation of ['page', 'render', 'query', 'parse', 'job']) {
        const titled = flames.filter(({ title }) => title.startsWith(operation));
        expect(titled.length, `titles that begin with ${operation}`).toBe(1);
      }
    });

    it('with widths in proportion', () => {
      const flames = flamesOf(flameGraph(shop().monitor.callTree()));
      const width = (operation: string) => flames.find(({ title }) => title.startsWith(operation))?.width ?? NaN;
      const relative = ['page', 'render', 'query', 'parse', 'job'].map((one) => (100 * width(one)) / width('page'));
      expect(relative, 'widths of page, render, query, parse and job, page being 100').toEqual([
        expect.closeTo(100, 0),
        expect.closeTo(10, 0),
        expect.closeTo(60, 0),
        expect.closeTo(20, 0),
        expect.closeTo(25, 0),
      ]);
    });

    it('an operation that is nested in two has two', () => {
      const { monitor, clock } = monitorWithClock();
      monitor.measure('page', () => take(monitor, clock, 'query', [20]));
      monitor.measure('job', () => take(monitor, clock, 'query', [60]));
      const flames = flamesOf(flameGraph(monitor.callTree()));
      const widths = flames.filter(({ title }) => title.startsWith('query')).map(({ width }) => width);
      expect(widths.length, 'nodes of the query').toBe(2);
      expect(widths[1]! / widths[0]!, 'width of the one ÷ width of the other').toBeCloseTo(3, 1);
    });

    for (const [kind, durations] of [
      ['a tree of no calls', []],
      ['calls that took no time', [0, 0]],
    ] as const) {
      it(`of ${kind}`, () => {
        const { monitor, clock } = monitorWithClock();
        take(monitor, clock, 'hit', durations);
        const svg = flameGraph(monitor.callTree());
        expect(parseXml(svg).tag, 'outermost element').toBe('svg');
        expect(svg.includes('NaN') || svg.includes('Infinity'), 'has NaN or Infinity in it').toBe(false);
      });
    }
  });

  describe('5.7.6 What is nested stands within, a row further down, and nothing overlaps or leaves', () => {
    const right = ({ x, width }: Flame) => x + width;
    const TOLERANCE = 0.5;

    function overlapping(flames: readonly Flame[]): string[] {
      return flames.flatMap((one, index) =>
        flames
          .slice(index + 1)
          .filter((other) => {
            const wide = Math.min(right(one), right(other)) - Math.max(one.x, other.x);
            const high = Math.min(one.y + one.height, other.y + other.height) - Math.max(one.y, other.y);
            return wide > TOLERANCE && high > TOLERANCE;
          })
          .map((other) => `${one.title} and ${other.title}`),
      );
    }

    function expectWithin(flames: readonly Flame[], inner: string, outer: string): void {
      const [one, around] = [inner, outer].map((name) => flames.find(({ title }) => title.startsWith(name))!);
      expect(one!.x, `left edge of ${inner}`).toBeGreaterThanOrEqual(around!.x - TOLERANCE);
      expect(right(one!), `right edge of ${inner}`).toBeLessThanOrEqual(right(around!) + TOLERANCE);
      expect(one!.y, `top of ${inner}`).toBeGreaterThan(around!.y);
    }

    it('of the shop', () => {
      const flames = flamesOf(flameGraph(shop().monitor.callTree()));
      expect(overlapping(flames), 'what overlaps').toEqual([]);
      expectWithin(flames, 'render', 'page');
      expectWithin(flames, 'query', 'page');
      expectWithin(flames, 'parse', 'query');
      const top = Math.min(...flames.map(({ y }) => y));
      const outermost = flames.filter(({ y }) => y === top).map(({ title }) => title.split(/\W/)[0]);
      expect(outermost.toSorted(), 'what stands in the first row').toEqual(['job', 'page']);
    });

    it('nor leaves the picture', () => {
      const svg = flameGraph(shop().monitor.callTree());
      const { width, height } = sizeOf(svg);
      for (const flame of flamesOf(svg)) {
        expect(flame.x, `left edge of ${flame.title}`).toBeGreaterThanOrEqual(-TOLERANCE);
        expect(right(flame), `right edge of ${flame.title}`).toBeLessThanOrEqual(width + TOLERANCE);
        expect(flame.y, `top of ${flame.title}`).toBeGreaterThanOrEqual(-TOLERANCE);
        expect(flame.y + flame.height, `bottom of ${flame.title}`).toBeLessThanOrEqual(height + TOLERANCE);
      }
    });

    it('a name that is written stands in its rectangle, and has room there', () => {
      const { monitor, clock } = monitorWithClock();
      const long = 'a query with a name that goes on and on, '.repeat(5);
      monitor.measure('page', () => {
        take(monitor, clock, long, [1]);
        take(monitor, clock, 'render', [99]);
      });
      for (const flame of flamesOf(flameGraph(monitor.callTree()))) {
        const { label } = flame;
        if (!label) continue;
        expect(label.x, `left end of the name ${label.text}`).toBeGreaterThanOrEqual(flame.x);
        expect(label.x, `left end of the name ${label.text}`).toBeLessThanOrEqual(right(flame));
        expect(label.y, `base line of the name ${label.text}`).toBeGreaterThanOrEqual(flame.y);
        expect(label.y, `base line of the name ${label.text}`).toBeLessThanOrEqual(flame.y + flame.height);
        expect(label.text, 'a name of 205 characters in a hundredth of the picture').not.toBe(long);
      }
    });

    it('of calls side by side, which take longer than what they are nested in', async () => {
      const { monitor, clock } = monitorWithClock();
      const gate = deferred<void>();
      const page = async () => {
        const all = ['orders', 'customers', 'reviews'].map((one) => monitor.measureAsync(one, () => gate.promise));
        await Promise.all(all);
        clock.advance(10);
      };
      const running = meanwhile(monitor.measureAsync('page', page));
      clock.advance(50);
      gate.resolve();
      await running;
      take(monitor, clock, 'job', [100]);
      const flames = flamesOf(flameGraph(monitor.callTree()));
      expect(overlapping(flames), 'what overlaps').toEqual([]);
      for (const one of ['orders', 'customers', 'reviews']) expectWithin(flames, one, 'page');
    });
  });

  describe('5.7.7 Whatever a name contains, the SVG is well-formed', () => {
    for (const name of NAMES) {
      it(`${inspect(name)}, which the title shows`, () => {
        const { monitor, clock } = monitorWithClock();
        take(monitor, clock, name, [10]);
        const svg = flameGraph(monitor.callTree());
        expect(thrownBy(() => parseXml(svg)), 'what an XML parser threw').toBe('nothing was thrown');
        expect(flamesOf(svg)[0]?.title.slice(0, name.length), 'beginning of the title').toBe(name);
        expect(svg.includes('<script'), 'has a script in it').toBe(false);
      });
    }

    for (const name of CONTROLS) {
      it(JSON.stringify(name), () => {
        const { monitor, clock } = monitorWithClock();
        take(monitor, clock, name, [10]);
        const svg = flameGraph(monitor.callTree());
        expect(thrownBy(() => parseXml(svg)), 'what an XML parser threw').toBe('nothing was thrown');
        const letters = /^\w*/.exec(name)![0];
        expect(flamesOf(svg)[0]?.title.slice(0, letters.length), 'beginning of the title').toBe(letters);
      });
    }
  });

  describe('5.7.8 `@measured` measures methods and getters', () => {
    function decorated() {
      const { monitor, clock } = monitorWithClock();
      class Order {
        constructor(readonly total: number) {}

        @measured(monitor, 'discounted')
        discounted(percent: number, minimum = 0): number {
          clock.advance(5);
          return Math.max(minimum, this.total * (1 - percent / 100));
        }

        @measured(monitor, 'vat')
        get vat(): number {
          clock.advance(7);
          return this.total * 0.19;
        }

        @measured(monitor, 'of')
        static of(total: number): Order {
          clock.advance(9);
          return new this(total);
        }

        @measured(monitor, 'failing')
        failing(error: unknown): never {
          clock.advance(11);
          throw error;
        }

        @measured(monitor, 'checkout')
        checkout(): number {
          clock.advance(1);
          return this.discounted(10);
        }
      }
      return { monitor, Order };
    }

    it('a method', () => {
      const { monitor, Order } = decorated();
      expect(new Order(200).discounted(10, 190), 'what it returned').toBe(190);
      expect(metricsOf(monitor, 'discounted'), 'metrics').toMatchObject({ count: 1, totalMs: 5, errors: 0 });
    });

    it('a getter', () => {
      const { monitor, Order } = decorated();
      expect(new Order(200).vat, 'its value').toBe(38);
      expect(metricsOf(monitor, 'vat'), 'metrics').toMatchObject({ count: 1, totalMs: 7, errors: 0 });
    });

    it('a static method', () => {
      const { monitor, Order } = decorated();
      expect(Order.of(7), 'what it returned').toBeInstanceOf(Order);
      expect(metricsOf(monitor, 'of'), 'metrics').toMatchObject({ count: 1, totalMs: 9, errors: 0 });
    });

    it('a method that throws', () => {
      const { monitor, Order } = decorated();
      const error = new Error('no such order');
      expect(thrownBy(() => new Order(1).failing(error)), 'what it threw').toBe(error);
      expect(metricsOf(monitor, 'failing'), 'metrics').toMatchObject({ count: 1, totalMs: 11, errors: 1 });
    });

    it('what it calls is nested in it', () => {
      const { monitor, Order } = decorated();
      new Order(1).checkout();
      expect(metricsOf(monitor, 'checkout'), 'metrics of the outer').toMatchObject({ totalMs: 6, selfMs: 1 });
    });
  });

  describe('5.7.9 A promise is measured until it is settled', () => {
    function decorated() {
      const { monitor, clock } = monitorWithClock();
      class Orders {
        @measured(monitor, 'load')
        async load(until: Promise<void>): Promise<string> {
          await until;
          monitor.measure('parse', () => clock.advance(2));
          return 'loaded';
        }

        @measured(monitor, 'plain')
        plain(until: Promise<void>): Promise<void> {
          return until;
        }
      }
      return { monitor, clock, orders: new Orders() };
    }

    it('of an async method', async () => {
      const { monitor, clock, orders } = decorated();
      const pending = deferred<void>();
      const running = meanwhile(orders.load(pending.promise));
      await macrotask();
      clock.advance(40);
      pending.resolve();
      expect(await running, 'what it resolved to').toBe('loaded');
      expect(metricsOf(monitor, 'load'), 'metrics').toMatchObject({ count: 1, errors: 0, totalMs: 42, selfMs: 40 });
    });

    it('of a method that merely returns one, and it rejects', async () => {
      const { monitor, clock, orders } = decorated();
      const pending = deferred<void>();
      const error = new Error('connection lost');
      const running = rejectionOf(orders.plain(meanwhile(pending.promise)));
      clock.advance(30);
      pending.reject(error);
      expect(await running, 'what it was rejected with').toBe(error);
      expect(metricsOf(monitor, 'plain'), 'metrics').toMatchObject({ count: 1, errors: 1, totalMs: 30 });
    });
  });

  describe('5.7.10 Without a name the operation is called after the declaring class', () => {
    function decorated() {
      const { monitor } = monitorWithClock();
      class Entity {
        @measured(monitor)
        save(): string {
          return 'entity';
        }

        @measured(monitor)
        get id(): number {
          return 1;
        }

        @measured(monitor)
        static find(): number {
          return 1;
        }
      }

      class Order extends Entity {
        @measured(monitor)
        override save(): string {
          return `order and ${super.save()}`;
        }
      }

      class Parcel extends Entity {}

      const counts = () => monitor.getMetrics().operations.map(({ operation, count }) => `${operation} ${count}`);
      return { Entity, Order, Parcel, counts: () => counts().toSorted() };
    }

    it('of a method, a getter and a static method', () => {
      const { Entity, counts } = decorated();
      void [new Entity().save(), new Entity().id, Entity.find()];
      expect(counts(), 'operations and counts').toEqual(['Entity.find 1', 'Entity.id 1', 'Entity.save 1']);
    });

    it('of those that a subclass inherits, whoever is first to call', () => {
      const { Entity, Parcel, counts } = decorated();
      void [new Parcel().save(), Parcel.find(), new Entity().save(), Entity.find()];
      expect(counts(), 'operations and counts').toEqual(['Entity.find 2', 'Entity.save 2']);
    });

    it('a method and the one that it overrides are two', () => {
      const { Order, counts } = decorated();
      new Order().save();
      expect(counts(), 'operations and counts').toEqual(['Entity.save 1', 'Order.save 1']);
    });

    it('of those that a subclass with decorators of its own inherits', () => {
      const { Order, counts } = decorated();
      void [new Order().id, Order.find()];
      expect(counts(), 'operations and counts').toEqual(['Entity.find 1', 'Entity.id 1']);
    });
  });
});
