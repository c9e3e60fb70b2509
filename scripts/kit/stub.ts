import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Exercise } from './catalogue.ts';

/** A solution whose marks are wrong. */
export class MarkError extends Error {
  override readonly name = 'MarkError';
}

const REGION = /^(\s*)\/\/ #region (?:step (\d+\.\d+)|(solution only))$/;
const GETTER = /^\s*(static )?get \w+\(\)/;
const REGION_END = /^\s*\/\/ #endregion$/;
const MARK = /\btodo\('(\d+\.\d+)'\)/g;
const IMPORT = "import { todo } from '#todo';";

/**
 * The stub of a solution: each `// #region step 1.2` becomes `todo('1.2')`, each `// #region solution only` goes, all
 * else stays.
 *
 * @throws MarkError that names the line
 */
export function generateStub(solution: string): string {
  const stub: string[] = [];
  let open: { step: string | undefined; line: number } | undefined;
  for (const [index, line] of solution.split('\n').entries()) {
    const region = REGION.exec(line);
    if (region) {
      if (open) throw new MarkError(`line ${index + 1}: a region within the one of line ${open.line}`);
      const [, indent = '', step] = region;
      open = { step, line: index + 1 };
      // A getter must return something, if only what never returns.
      if (step) stub.push(`${indent}${GETTER.test(stub.at(-1) ?? '') ? 'return ' : ''}todo('${step}');`);
    } else if (REGION_END.test(line)) {
      if (!open) throw new MarkError(`line ${index + 1}: nothing to end here`);
      open = undefined;
    } else if (!open) {
      stub.push(line);
    }
  }
  if (open) throw new MarkError(`line ${open.line}: the region is not ended`);
  return withImport(stub).join('\n').replace(/\n{3,}/g, '\n\n').replace(/\n+$/, '\n');
}

/**
 * The stubs of an exercise, by the name of the file.
 *
 * @throws MarkError that names the file
 */
export function stubsOf(root: string, { folder, files }: Exercise): [name: string, stub: string][] {
  return files.map((name) => {
    const path = join('solutions', folder, name);
    try {
      return [name, generateStub(readFileSync(join(root, path), 'utf8'))];
    } catch (error) {
      if (error instanceof MarkError) throw new MarkError(`${path}: ${error.message}`);
      throw error;
    }
  });
}

/** Beside the imports that are there, or first of all. */
function withImport(lines: string[]): string[] {
  const last = lines.findLastIndex((line) => /^(import\b.*|\} )from '[^']+';$|^\} from '[^']+';$/.test(line));
  return [...lines.slice(0, last + 1), IMPORT, ...(last < 0 ? [''] : []), ...lines.slice(last + 1)];
}

/** One `todo('1.2')`; line and column from 1. */
export interface Mark {
  readonly step: string;
  readonly line: number;
  readonly column: number;
}

export function findMarks(text: string): Mark[] {
  return text
    .split('\n')
    .flatMap((line, index) =>
      [...line.matchAll(MARK)].map((match) => ({ step: match[1]!, line: index + 1, column: match.index + 1 })),
    );
}
