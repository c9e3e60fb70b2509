import { parseArgs, type ParseArgsConfig } from 'node:util';
import { paint } from './terminal.ts';

export const EXIT = {
  /** All that was asked for passes, or is untouched. */
  ok: 0,
  /** A clause fails. */
  failed: 1,
  /** The command was called wrongly. */
  usage: 2,
  /** The kit itself failed. */
  kit: 3,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The command was called wrongly: shown without a stack, exit code 2. */
export class UsageError extends Error {
  override readonly name = 'UsageError';
}

/** @throws UsageError unless the value of an option, such as `--seconds`, is a number above 0 */
export function positiveOption(name: string, value: string): number {
  if (!(Number(value) > 0)) throw new UsageError(`--${name} must be a number above 0, received ${value}`);
  return Number(value);
}

type Options = Record<string, NonNullable<ParseArgsConfig['options']>[string] & { readonly help: string }>;

export interface Usage<O extends Options> {
  /** One line: `npm run hint <exercise>`. */
  readonly line: string;
  /** What the command does, a line or more. */
  readonly about: string;
  readonly options: O;
  /** How many words it takes. */
  readonly words: readonly [least: number, most: number];
}

type Values<O extends Options> = ReturnType<typeof parseArgs<{ options: O; allowPositionals: true }>>['values'];

/**
 * Runs a command: reads its arguments, answers `--help`, turns what is thrown into a message and an exit code.
 */
export async function run<O extends Options>(
  usage: Usage<O>,
  main: (words: string[], values: Values<O>) => Promise<ExitCode>,
): Promise<void> {
  try {
    process.exitCode = await main(...readArguments(usage));
  } catch (error) {
    process.exitCode = report(error, usage.line);
  }
}

function readArguments<O extends Options>(usage: Usage<O>): [string[], Values<O>] {
  const args = process.argv.slice(2);
  if (args.includes('--help') || args.includes('-h')) {
    console.log(helpText(usage));
    process.exit(EXIT.ok);
  }
  // `npm run progress --json` gives the flag to npm, which passes it on only so.
  for (const name of Object.keys(usage.options)) {
    if (process.env[`npm_config_${name}`] === 'true' && !args.includes(`--${name}`)) args.push(`--${name}`);
  }
  try {
    const { positionals, values } = parseArgs({ args, options: usage.options, allowPositionals: true });
    const [least, most] = usage.words;
    if (positionals.length < least) throw new UsageError('something is missing');
    if (positionals.length > most) throw new UsageError(`what is "${positionals[most]}" for?`);
    return [positionals, values as Values<O>];
  } catch (error) {
    if (error instanceof UsageError) throw error;
    throw new UsageError((error as Error).message.split('. ')[0]!);
  }
}

function helpText({ line, about, options }: Usage<Options>): string {
  const rows = Object.entries(options).map(([name, { help }]) => `  --${name.padEnd(12)} ${help}`);
  return [`usage: ${line}`, '', about, ...(rows.length > 0 ? ['', ...rows] : [])].join('\n');
}

function report(error: unknown, usageLine: string): ExitCode {
  if (error instanceof UsageError) {
    console.error(`${paint.red('✖')} ${error.message}\n  usage: ${usageLine}`);
    return EXIT.usage;
  }
  const { name, message, stack } = error as Error;
  if (name === 'CatalogueError') {
    console.error(`${paint.red('✖')} ${message}\n  npm run check tells all that is wrong with the exercises`);
  } else {
    console.error(`${paint.red('✖')} The kit itself failed; your work is untouched.\n${stack ?? String(error)}`);
  }
  return EXIT.kit;
}
