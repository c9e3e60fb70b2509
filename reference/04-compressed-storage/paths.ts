// Where a writer stands in a value, kept so cheaply that it can be kept for the rare case that somebody asks.

import { inspect } from 'node:util';
import { MAX_DEPTH } from './format.ts';

/** The way from the value to the part that is being written. */
export class Trail {
  /** At which of the holder's parts the way goes on, for each level; keys and values of a Map take turns. */
  readonly steps: number[] = [];
  readonly #holders: object[] = [];
  #depth = 0;

  /**
   * @returns the level of the holder's parts
   * @throws RangeError if that is deeper than {@link MAX_DEPTH}
   */
  enter(holder: object): number {
    if (this.#depth === MAX_DEPTH) {
      throw new RangeError(`metadata must be at most ${MAX_DEPTH} deep, received more`);
    }
    this.#holders[this.#depth] = holder;
    return this.#depth++;
  }

  leave(): void {
    this.#depth--;
  }

  /** Lets go of the holders. */
  clear(): void {
    this.#holders.length = this.#depth = 0;
  }

  /** As one would write it: `metadata.columns[2].parse`. */
  toString(): string {
    const holders = this.#holders.slice(0, this.#depth);
    return `metadata${holders.map((holder, level) => stepInto(holder, this.steps[level]!)).join('')}`;
  }
}

function stepInto(holder: object, step: number): string {
  if (Array.isArray(holder)) return `[${step}]`;
  if (holder instanceof Set) return `.keys()[${step}]`;
  if (holder instanceof Map) {
    const isKey = step % 2 === 0;
    return isKey ? `.keys()[${step / 2}]` : `.get(${briefly([...holder.keys()][step >> 1])})`;
  }
  const key = Object.keys(holder)[step]!;
  return /^[\p{ID_Start}$_][\p{ID_Continue}$]*$/u.test(key) ? `.${key}` : `[${inspect(key)}]`;
}

/** What it is, rather than what is in it. */
export const briefly = (value: unknown): string => inspect(value, { depth: -1 });
