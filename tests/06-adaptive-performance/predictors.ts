import { randomNumbers } from '#framework';
import type { Predictor } from '#exercise/06-adaptive-performance';

/** The one mistake that a predictor makes. */
export type Mistake =
  | 'foresees nothing'
  | 'foresees the last one late'
  | 'predicts what followed once'
  | 'mixes sessions'
  | 'goes on from the last session'
  | 'predicts the key itself'
  | 'predicts whatever is frequent'
  | 'never forgets'
  | 'looks at one key';

/** What the rules leave to each: drawn by a seed, so that no two are alike. */
interface Temper {
  /** Weights are multiplied by it at each observation. */
  readonly fading: number;
  /** The least part of the weight. */
  readonly confidence: number;
  readonly mostPredictions: number;
  /** What is predicted beside what followed this pair of keys: what followed the key. */
  readonly addsSingle: boolean;
  /** How often something must have followed to be predicted: 2 or 3. */
  readonly times: number;
}

function temperOf(seed: number): Temper {
  const random = randomNumbers(seed);
  return {
    fading: 0.8 + 0.16 * random(),
    confidence: 0.05 + 0.25 * random(),
    mostPredictions: 1 + Math.floor(random() * 6),
    addsSingle: random() < 0.5,
    times: random() < 0.5 ? 2 : 3,
  };
}

interface Seen {
  weight: number;
  times: number;
}

/** One class for all, so that nobody can tell a mistake by its source. */
class SeededPredictor implements Predictor {
  readonly #sessions = new Map<string, string[]>();
  readonly #followers = new Map<string, Map<string, Seen>>();
  readonly #all = new Map<string, Seen>();
  readonly #temper: Temper;
  readonly #mistake: Mistake | undefined;
  #latest: string | undefined;

  constructor(temper: Temper, mistake: Mistake | undefined) {
    this.#temper = temper;
    this.#mistake = mistake;
  }

  use(session: string, key: string): void {
    const known = this.#sessions.get(session);
    const start = this.#mistake === 'goes on from the last session' && this.#latest ? [this.#latest] : [];
    const used = known ?? start;
    this.#sessions.set(session, used);
    const last = this.#mistake === 'mixes sessions' ? this.#latest : used.at(-1);
    const before = used.at(-2);
    this.#latest = key;
    used.push(key);
    this.#add(this.#all, key);
    if (last === undefined || (last === key && this.#mistake !== 'predicts the key itself')) return;
    if (this.#mistake === 'predicts the key itself') this.#add(this.#after(key), key);
    this.#add(this.#after(last), key);
    if (before !== undefined && before !== last) this.#add(this.#after(`${before}\0${last}`), key);
  }

  predict(session: string): string[] {
    const used = this.#sessions.get(session) ?? [];
    const [before, last] = [used.at(-2), used.at(-1)];
    if (last === undefined || this.#mistake === 'foresees nothing') return [];
    const afterOne = this.#likeliest(this.#after(last));
    if (this.#mistake === 'predicts whatever is frequent')
      return this.#likeliest(this.#all).filter((key) => key !== last);
    if (this.#mistake === 'looks at one key' || before === undefined) return this.#most(afterOne);
    const afterTwo = this.#likeliest(this.#after(`${before}\0${last}`));
    const isPairKnown = afterTwo.length > 0;
    return this.#most(
      isPairKnown && !this.#temper.addsSingle ? afterTwo : [...new Set([...afterTwo, ...afterOne])],
    );
  }

  #after(context: string): Map<string, Seen> {
    const followers = this.#followers.get(context) ?? new Map<string, Seen>();
    this.#followers.set(context, followers);
    return followers;
  }

  #add(followers: Map<string, Seen>, key: string): void {
    const fading = this.#mistake === 'never forgets' ? 1 : this.#temper.fading;
    for (const seen of followers.values()) seen.weight *= fading;
    const seen = followers.get(key) ?? { weight: 0, times: 0 };
    followers.set(key, { weight: seen.weight + 1, times: seen.times + 1 });
  }

  #likeliest(followers: Map<string, Seen>): string[] {
    const { confidence, times } = this.#temper;
    const least =
      { 'predicts what followed once': 1, 'foresees the last one late': 4 }[this.#mistake as string] ?? times;
    const sum = [...followers.values()].reduce((sum, { weight }) => sum + weight, 0);
    return [...followers]
      .filter(([, seen]) => seen.times >= least && seen.weight >= confidence * sum)
      .sort(([, a], [, b]) => b.weight - a.weight)
      .map(([key]) => key);
  }

  #most(keys: readonly string[]): string[] {
    return keys.slice(0, this.#temper.mostPredictions);
  }
}

/** Makes predictors of one kind. */
export function predictors(seed: number, mistake?: Mistake): () => Predictor {
  const temper = temperOf(seed);
  return () => new SeededPredictor(temper, mistake);
}
