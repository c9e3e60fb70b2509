import { describe, expect, it } from 'vitest';
import { findMarks, generateStub } from '../../scripts/kit/stub.ts';

const solution = `import { a } from 'a';

/** Adds. */
export function add(x: number): number {
  // #region step 1.1
  return x + 1;
  // #endregion
}

export class Box {
  // #region solution only
  #value = 0;

  // #endregion
  get value(): number {
    // #region step 1.2
    return this.#value;
    // #endregion
  }
}
`;

describe('generateStub', () => {
  it('puts a mark in the place of each step, leaves out what is only the solution’s, keeps the rest', () => {
    expect(generateStub(solution)).toBe(`import { a } from 'a';
import { todo } from '#todo';

/** Adds. */
export function add(x: number): number {
  todo('1.1');
}

export class Box {
  get value(): number {
    return todo('1.2');
  }
}
`);
  });

  it('imports the mark first where nothing else is imported', () => {
    expect(generateStub('export const f = () => {\n  // #region step 1.1\n  // #endregion\n};\n')).toBe(
      "import { todo } from '#todo';\n\nexport const f = () => {\n  todo('1.1');\n};\n",
    );
  });

  it('leaves no trace of a comment, a string or a template that speaks of regions', () => {
    const text = "export const say = 'region';\n// region of interest\n";
    expect(generateStub(text)).toContain(text);
  });

  it.each([
    ['// #region step 1.1\n', 'line 1: the region is not ended'],
    ['// #endregion\n', 'line 1: nothing to end here'],
    ['// #region step 1.1\n// #region step 1.2\n', 'line 2: a region within the one of line 1'],
  ])('refuses %j: %s', (text, message) => {
    expect(() => generateStub(text)).toThrow(message);
  });
});

describe('findMarks', () => {
  it('tells step, line and column of each', () => {
    expect(findMarks("\n  todo('1.2'); todo('1.10');\n// todo: something else\n")).toEqual([
      { step: '1.2', line: 2, column: 3 },
      { step: '1.10', line: 2, column: 16 },
    ]);
  });
});
