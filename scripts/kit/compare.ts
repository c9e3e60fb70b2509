import { readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { diffLines } from 'diff';
import type { Exercise } from './catalogue.ts';
import { paint } from './terminal.ts';

/** A declaration by its name, comments and all. */
interface Part {
  readonly name: string;
  readonly text: string;
}

/** The narrowest column in which code can be read beside other code. */
const MIN_COLUMN = 56;

/**
 * What the learner has and what another tree has, declaration by declaration, so that the same method stands beside
 * itself whatever the order: side by side where the terminal is wide enough, otherwise under each other.
 */
export async function compareScreen(root: string, exercise: Exercise, tree: 'solutions' | 'reference'): Promise<string> {
  const yours = await partsOf(exercise.files.map((name) => join(root, 'exercises', exercise.folder, name)));
  const theirs = await partsOf(filesOf(join(root, tree, exercise.folder)));
  const names = new Set([...theirs, ...yours].map(({ name }) => name));
  const title = tree === 'solutions' ? 'solution' : 'reference';
  const width = process.stdout.columns || 80;
  const blocks: string[] = [];
  const same: string[] = [];
  for (const name of names) {
    const left = yours.find((part) => part.name === name)?.text ?? '';
    const right = theirs.find((part) => part.name === name)?.text ?? '';
    if (left === right) same.push(name);
    else blocks.push(`${paint.bold(name)}\n${width >= 2 * MIN_COLUMN ? beside(left, right, width) : below(left, right)}`);
  }
  const head = `${exercise.number} · ${exercise.title}: ${paint.red('yours')}, ${paint.green(`the ${title}`)}`;
  const foot = same.length > 0 ? [paint.dim(`The same in both: ${same.join(', ')}`)] : [];
  return [head, ...blocks, ...foot].join('\n\n');
}

function filesOf(folder: string): string[] {
  const names = readdirSync(folder).filter((name) => name.endsWith('.ts'));
  return (names.length > 1 ? names.filter((name) => name !== 'index.ts') : names).map((name) => join(folder, name));
}

function beside(left: string, right: string, width: number): string {
  const column = Math.floor((width - 3) / 2);
  const fit = (line: string) => (line.length > column ? `${line.slice(0, column - 1)}…` : line.padEnd(column));
  const rows: string[] = [];
  let removed: string[] = [];
  const flush = (added: readonly string[]) => {
    for (let i = 0; i < Math.max(removed.length, added.length); i++) {
      rows.push(`${paint.red(fit(removed[i] ?? ''))} ${paint.dim('│')} ${paint.green(fit(added[i] ?? '').trimEnd())}`);
    }
    removed = [];
  };
  for (const change of diffLines(left, right)) {
    const lines = linesOf(change.value);
    if (change.removed) removed = lines;
    else if (change.added) flush(lines);
    else {
      flush([]);
      rows.push(...lines.map((line) => `${fit(line)} ${paint.dim('│')} ${fit(line).trimEnd()}`));
    }
  }
  flush([]);
  return rows.join('\n');
}

function below(left: string, right: string): string {
  return diffLines(left, right)
    .flatMap(({ value, added, removed }) => {
      const lines = linesOf(value);
      if (removed) return lines.map((line) => paint.red(`- ${line}`));
      if (added) return lines.map((line) => paint.green(`+ ${line}`));
      return lines.map((line) => `  ${line}`);
    })
    .join('\n');
}

/** The declarations of some files: each member of a class is one, and each statement at the top. */
async function partsOf(paths: readonly string[]): Promise<Part[]> {
  const { default: ts } = await import('typescript');
  const parts: Part[] = [];
  for (const path of paths) {
    const text = withoutMarks(readFileSync(path, 'utf8'));
    const source = ts.createSourceFile(path, text, ts.ScriptTarget.Latest, true);
    const add = (name: string, from: number, to: number) => {
      const body = dedent(text.slice(from, to).replace(/^\n+/, '').trimEnd());
      const known = parts.findIndex((part) => part.name === name);
      if (known >= 0) parts[known] = { name, text: `${parts[known]!.text}\n\n${body}` };
      else if (body !== '') parts.push({ name, text: body });
    };
    for (const statement of source.statements) {
      if (ts.isImportDeclaration(statement) || ts.isExportDeclaration(statement)) continue;
      if (ts.isClassDeclaration(statement)) {
        for (const member of statement.members) {
          const name = ts.isConstructorDeclaration(member) ? 'constructor' : member.name?.getText(source);
          const isField = ts.isPropertyDeclaration(member);
          add(`${statement.name?.text}.${isField ? '(fields)' : name}`, member.getFullStart(), member.end);
        }
      } else {
        const { name } = statement as { name?: { getText(): string } };
        add(name?.getText() ?? '(statements)', statement.getFullStart(), statement.end);
      }
    }
  }
  return parts;
}

const linesOf = (text: string) => text.replace(/\n$/, '').split('\n');

const withoutMarks = (text: string) => text.replace(/^\s*\/\/ #(end)?region.*\n/gm, '');

function dedent(text: string): string {
  const lines = text.split('\n');
  const indent = Math.min(...lines.filter((line) => line.trim() !== '').map((line) => line.search(/\S/)));
  return lines.map((line) => line.slice(indent)).join('\n');
}
