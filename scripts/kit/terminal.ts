import chalk, { Chalk } from 'chalk';

/** Colour, unless it is turned off (https://no-color.org) or nobody would see it. */
export const paint = process.env['NO_COLOR'] ? new Chalk({ level: 0 }) : chalk;

/** How wide a text may be, columns. */
export const columns = () => Math.min(process.stdout.columns || 80, 100);

/** Breaks `text` into lines of at most `width` columns, at spaces. */
export function wrap(text: string, width: number): string[] {
  const lines: string[] = [];
  let line = '';
  for (const word of text.split(/\s+/)) {
    if (line !== '' && line.length + 1 + word.length > width) {
      lines.push(line);
      line = word;
    } else {
      line = line === '' ? word : `${line} ${word}`;
    }
  }
  if (line !== '') lines.push(line);
  return lines;
}

export const isInteractive = () => Boolean(process.stdin.isTTY && process.stdout.isTTY);

/** Shows that something is being done, once it takes long enough for one to wonder; at a terminal only. */
export async function working<T>(what: string, run: () => Promise<T>): Promise<T> {
  if (!process.stderr.isTTY) return run();
  const timer = setTimeout(() => process.stderr.write(paint.dim(`${what} …`)), 300);
  try {
    return await run();
  } finally {
    clearTimeout(timer);
    process.stderr.write('\r\u001B[K');
  }
}

/** Keeps something that a verdict does not depend on: if it cannot be kept, that is said, and no more. */
export function keeping(keep: () => void): void {
  try {
    keep();
  } catch (error) {
    console.error(paint.yellow(`This attempt is not in the journal: ${(error as Error).message}`));
  }
}

/** Puts `text` in the place of what a terminal shows; elsewhere, below what was printed before. */
export function showScreen(text: string, footer?: string): void {
  const clear = process.stdout.isTTY ? '\u001B[2J\u001B[3J\u001B[H' : '';
  process.stdout.write(`${clear}${text}\n${footer ? `\n${footer}\n` : ''}`);
}

/** The keys that do something, and what. */
export function footer(keys: Readonly<Record<string, string>>): string {
  return Object.entries(keys).map(([key, does]) => `${paint.inverse(` ${key} `)} ${paint.dim(does)}`).join('  ');
}

/** How much of a number of things is done; at a terminal only. */
export function progressBar(what: string): { show(done: number, all: number): void; stop(): void } {
  const WIDTH = 30;
  return {
    show(done, all) {
      if (!process.stderr.isTTY) return;
      const full = Math.round((done / all) * WIDTH);
      process.stderr.write(`\r${what} ${paint.green('█'.repeat(full))}${paint.dim('░'.repeat(WIDTH - full))} ${done} of ${all}`);
    },
    stop() {
      if (process.stderr.isTTY) process.stderr.write('\r\u001B[K');
    },
  };
}
