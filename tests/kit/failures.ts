/** A way to fail: what the program has, what the spec says of it. */
export interface WayToFail {
  readonly claim: string;
  /** The body of `subject()`, which the spec calls. */
  readonly program: string;
  /** Statements of the spec; `subject` is the program's function. */
  readonly spec: string;
}

const order = (id: number) => `{ id: ${id}, customer: { name: 'Ada', city: 'Turin', tags: ['new', 'paid'] }, lines: [{ sku: 'A-1', count: 2 }, { sku: 'B-7', count: ${id} }], open: true }`;

export const waysToFail: readonly WayToFail[] = [
  { claim: 'a number is another', program: 'return 3;', spec: "expect(subject(), 'answer').toBe(42);" },
  { claim: 'nothing is returned', program: 'return undefined;', spec: "expect(subject(), 'answer').toBe(42);" },
  { claim: 'a count is off by one', program: 'return [1, 2, 3];', spec: "expect(subject().length, 'calls of the factory').toBe(2);" },
  { claim: 'a call throws a TypeError', program: 'return (undefined as any).size;', spec: "expect(subject(), 'size').toBe(1);" },
  { claim: 'a call throws an error of its own class', program: "throw new (class CacheFullError extends Error { override name = 'CacheFullError'; })('there is no room for 3');", spec: "expect(subject(), 'size').toBe(1);" },
  { claim: 'a call throws an error with a cause', program: "throw new Error('load failed', { cause: new Error('ECONNREFUSED') });", spec: "expect(subject(), 'size').toBe(1);" },
  { claim: 'a call throws what is no error', program: "throw 'no';", spec: "expect(subject(), 'size').toBe(1);" },
  { claim: 'nothing is thrown', program: 'return 1;', spec: "expect(() => subject(), 'a size of -1').toThrow(RangeError);" },
  { claim: 'an error of another class is thrown', program: "throw new TypeError('size');", spec: "expect(() => subject(), 'a size of -1').toThrow(RangeError);" },
  { claim: 'an error says something else', program: "throw new RangeError('bad size');", spec: "expect(() => subject()).toThrow('size must be an integer from 0, received -1');" },
  { claim: 'a short list in another order', program: "return ['b', 'a', 'c'];", spec: "expect(subject(), 'keys, hottest first').toEqual(['a', 'b', 'c']);" },
  { claim: 'a list lacks one of many', program: 'return Array.from({ length: 60 }, (_, i) => `key ${i}`).filter((key) => key !== \'key 31\');', spec: "expect(subject(), 'keys').toEqual(Array.from({ length: 60 }, (_, i) => `key ${i}`));" },
  { claim: 'a deep object differs deep inside', program: `return ${order(4)};`, spec: `expect(subject(), 'order').toEqual(${order(5)});` },
  { claim: 'an object has a property too many', program: 'return { hits: 1, misses: 2, lru: null };', spec: "expect(subject(), 'stats').toEqual({ hits: 1, misses: 2 });" },
  { claim: 'undefined is not absent', program: 'return { hits: 1, misses: undefined };', spec: "expect(subject(), 'stats').toStrictEqual({ hits: 1 });" },
  { claim: 'a Map has another entry', program: "return new Map([['a', 1], ['b', 3]]);", spec: "expect(subject(), 'sizes').toEqual(new Map([['a', 1], ['b', 2]]));" },
  { claim: 'a Set has another member', program: "return new Set(['a']);", spec: "expect(subject(), 'loaded').toEqual(new Set(['a', 'b']));" },
  { claim: 'a Date is another', program: 'return new Date(0);', spec: "expect(subject(), 'stored at').toEqual(new Date(1000));" },
  { claim: 'NaN is not 0', program: 'return NaN;', spec: "expect(subject(), 'hit ratio').toBe(0);" },
  { claim: '-0 is not 0', program: 'return -0;', spec: "expect(subject(), 'difference').toBe(0);" },
  { claim: 'a BigInt is no number', program: 'return 5n;', spec: "expect(subject(), 'bytes').toBe(5);" },
  { claim: 'a copy is not the same', program: 'return { id: 1 };', spec: "const first = subject(); expect(subject(), 'what get returns').toBe(first);" },
  { claim: 'bytes differ', program: 'return Uint8Array.of(1, 2, 9);', spec: "expect(subject(), 'bytes kept').toEqual(Uint8Array.of(1, 2, 3));" },
  { claim: 'a long text differs in one word', program: "return 'It was the best of caches, it was the worst of caches, it was the age of hits, it was the age of losses.';", spec: "expect(subject(), 'report').toBe('It was the best of caches, it was the worst of caches, it was the age of hits, it was the age of misses.');" },
  { claim: 'a text of lines differs in one', program: "return 'op      p50   p99\\nload     12   310\\nparse     3     9\\nsave      8    40';", spec: "expect(subject(), 'table').toBe('op      p50   p99\\nload     12   300\\nparse     3     9\\nsave      8    40');" },
  { claim: 'a text does not match', program: "return 'hits 3';", spec: "expect(subject(), 'first line').toMatch(/^hits: \\d+$/);" },
  { claim: 'a promise rejects', program: "return Promise.reject(new Error('gone'));", spec: "expect(await subject(), 'value').toBe(1);" },
  { claim: 'a promise should have rejected', program: 'return Promise.resolve(1);', spec: "await expect(subject(), 'a load that fails').rejects.toThrow('gone');" },
  { claim: 'a number is too large', program: 'return 4.02;', spec: "expect(subject(), 'growth of the work from n to 4n').toBeLessThan(1.5);" },
  { claim: 'a list is too short to have it', program: "return ['a'];", spec: "expect(subject(), 'evicted').toContain('b');" },
  { claim: 'an object refers to itself', program: 'const self: any = { id: 2 }; self.self = self; return self;', spec: "expect(subject(), 'restored').toEqual({ id: 1 });" },
  { claim: 'it is true and should not be', program: 'return true;', spec: "expect(subject(), 'an expired key is there').toBe(false);" },
];
