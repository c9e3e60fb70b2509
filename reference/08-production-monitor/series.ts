// What a metric has for each set of label values, and how that is found.

import { inspect } from 'node:util';

/** The value of each label, by the label's name. */
export type Labels = Readonly<Record<string, string>>;

/** What all labels say of the one series that takes the values for which there is no room. */
export const OVERFLOW = 'other';

/** The series of a metric without labels; or one level of the tree, by the values of one label. */
type Tree<S> = S | Map<string, Tree<S>>;

export interface SeriesOptions<S> {
  /** Of the metric, for messages. */
  readonly metric: string;
  readonly labelNames: readonly string[];
  readonly maxSeries: number;
  /** What a new series begins with; the labels are frozen, and belong to it alone. */
  readonly begin: (labels: Labels) => S;
}

/**
 * The series of one metric. To find one costs a look into a Map for each label, whatever the number of series.
 *
 * The usual way is one Map, whose key is made of all values: a string to be built, hashed and thrown away each
 * time. And the values must be escaped in it, or `a,b` and `c` are the same as `a` and `b,c`. A tree has a level
 * for each label, and so needs no key.
 */
export class SeriesTable<S> {
  /** In the order in which they were made. None is ever removed, so that a place here is a name for good. */
  readonly all: S[] = [];
  readonly #options: SeriesOptions<S>;
  /** Leads to exactly the series that {@link all} has. */
  #tree: Tree<S>;
  /** How many may still be made, not counting {@link #overflow}; never below 0. */
  #room: number;
  #overflow: S | undefined;

  constructor(options: SeriesOptions<S>) {
    this.#options = options;
    this.#room = options.maxSeries;
    this.#tree = new Map();
    // Known from the beginning, for a rate needs the 0 that was before the first value.
    if (options.labelNames.length === 0) this.#tree = this.#add([]);
  }

  // #region find
  /**
   * The series with these labels, made if it is new; or the one for what has no room.
   *
   * @throws TypeError if a label is missing, unknown or no string
   */
  find(labels: Labels): S {
    return this.#known(labels) ?? this.#make(this.valuesOf(labels));
  }

  #known(labels: Labels): S | undefined {
    const { labelNames } = this.#options;
    if (countOf(labels) !== labelNames.length) return undefined;
    let tree: Tree<S> | undefined = this.#tree;
    for (let i = 0; i < labelNames.length && tree !== undefined; i++) {
      tree = (tree as Map<string, Tree<S>>).get(labels[labelNames[i]!]!);
    }
    return tree as S | undefined;
  }
  // #endregion find

  /**
   * Makes no series, and where there is one costs as much as to find it.
   *
   * @throws TypeError if a label is missing, unknown or no string
   */
  check(labels: Labels): void {
    if (this.#known(labels) === undefined) this.valuesOf(labels);
  }

  /**
   * The values of the labels, in the order of their names.
   *
   * @throws TypeError if a label is missing, unknown or no string
   */
  valuesOf(labels: Labels): string[] {
    const { metric, labelNames } = this.#options;
    if (countOf(labels) !== labelNames.length || !labelNames.every((name) => name in labels)) {
      throw new TypeError(`${metric} has the labels ${inspect(labelNames)}, received ${inspect(labels)}`);
    }
    return labelNames.map((name) => {
      const value = labels[name];
      if (typeof value === 'string') return value;
      throw new TypeError(`the label ${name} of ${metric} must be a string, received ${inspect(value)}`);
    });
  }

  /** For values that {@link find} has not found. */
  #make(values: readonly string[]): S {
    if (this.#room === 0 || values.every((value) => value === OVERFLOW)) {
      return (this.#overflow ??= this.#add(values.map(() => OVERFLOW)));
    }
    this.#room--;
    return this.#add(values);
  }

  #add(values: readonly string[]): S {
    const { labelNames, begin } = this.#options;
    const series = begin(Object.freeze(Object.fromEntries(labelNames.map((name, i) => [name, values[i]!]))));
    this.all.push(series);
    let level = this.#tree as Map<string, Tree<S>>;
    for (const [i, value] of values.entries()) {
      if (i === values.length - 1) level.set(value, series);
      else if (level.has(value)) level = level.get(value) as Map<string, Tree<S>>;
      else level.set(value, (level = new Map()));
    }
    return series;
  }
}

/** Without a list of them, which `Object.keys` would have to make for every value that is counted. */
function countOf(labels: Labels): number {
  let count = 0;
  for (const _ in labels) count++;
  return count;
}
