import { readFileSync, renameSync } from 'node:fs';
import { join } from 'node:path';
import { STORE, writeWhole } from '../store.ts';
import { short } from './screen.ts';

/** What a learner expected, and what came out: how many times as fast as naive. */
export interface Guess {
  readonly slug: string;
  readonly workload: string;
  readonly at: string;
  readonly guessed: number;
  readonly measured: number;
}

/** Within this factor of what came out, a guess was good. */
const GOOD = 2;

/** Predict, then measure: the guesses so far, in `.hotpath/bench/guesses.json`. */
export class Guesses {
  readonly #path: string;
  readonly #all: readonly Guess[];

  /** A damaged file is set aside, and said to be. */
  constructor(root: string) {
    this.#path = join(root, STORE, 'bench', 'guesses.json');
    this.#all = read(this.#path);
  }

  /** @throws StoreError */
  keep(guess: Guess): void {
    writeWhole(this.#path, `${JSON.stringify([...this.#all, guess], null, 2)}\n`);
  }

  /** How this guess went, and all until now. */
  tell(guess: Guess): string {
    const all = [...this.#all, guess];
    const good = all.filter((one) => offBy(one) <= GOOD).length;
    const off = [...all].sort((a, b) => offBy(a) - offBy(b))[all.length >> 1]!;
    return [
      `You guessed ${short(guess.guessed)} × as fast as naive; it is ${short(guess.measured)} × (${guess.workload}).`,
      `Of your ${all.length} ${all.length === 1 ? 'guess' : 'guesses'} ${good} within a factor of ${GOOD}; typically off by ${short(offBy(off))} ×.`,
    ].join('\n');
  }
}

const offBy = ({ guessed, measured }: Guess) => Math.max(guessed / measured, measured / guessed);

/** A number above 0, such as `10`, `2,5` or `10x`; anything else is no guess. */
export function parseGuess(answer: string): number | undefined {
  const number = Number(/^\s*(\d+(?:[.,]\d+)?)\s*[x×]?\s*$/i.exec(answer)?.[1]?.replace(',', '.'));
  return number > 0 ? number : undefined;
}

function read(path: string): readonly Guess[] {
  let text: string;
  try {
    text = readFileSync(path, 'utf8');
  } catch {
    return [];
  }
  try {
    const guesses = JSON.parse(text) as Guess[];
    if (guesses.every(({ guessed, measured }) => guessed > 0 && measured > 0)) return guesses;
  } catch {
    // Set aside below.
  }
  const aside = `${path}.damaged-${Date.now()}`;
  renameSync(path, aside);
  console.error(`Your guesses were damaged and are set aside as ${aside}.`);
  return [];
}
