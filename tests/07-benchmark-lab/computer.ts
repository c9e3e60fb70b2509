import type { Answer, Contender } from '#exercise/07-benchmark-lab';
import { Noise } from './noise.ts';

/** What is the matter with a computer. */
export type Trait = 'leaves out' | 'warms up' | 'coarse clock' | 'pauses' | 'neighbours';

export const TRAITS: readonly Trait[] = ['leaves out', 'warms up', 'coarse clock', 'pauses', 'neighbours'];

/** What is left of a run whose work is left out. */
const LEFT_OUT_MS = 0.004;
const FULL_SPEED_AFTER = 300;

/** One for all, so that nobody can tell by the source what is the matter with it; drawn by seed. */
export class Computer {
  readonly #noise: Noise;
  readonly #traits: ReadonlySet<Trait>;
  readonly #tickMs: number;
  /** When the neighbours that stay will come, and by how much they slow things down. */
  readonly #stay: { readonly fromMs: number; readonly by: number };
  #ms = 0;
  #busy = { untilMs: 0, by: 1 };
  #pauseAtMs: number;

  constructor(seed: number, traits: readonly Trait[]) {
    this.#noise = new Noise(7_919 * seed + 1);
    this.#traits = new Set(traits);
    this.#tickMs = 0.2 + 0.8 * this.#noise.random();
    this.#ms = 1e4 * this.#noise.random();
    this.#pauseAtMs = this.#ms + 1_500 * this.#noise.random();
    this.#stay = { fromMs: this.#ms + 1_000 + 2_000 * this.#noise.random(), by: 1.7 + 1.3 * this.#noise.random() };
  }

  /** How much time has gone by, whatever the clock shows. */
  get elapsedMs(): number {
    return this.#ms;
  }

  readonly now = (): number =>
    this.#traits.has('coarse clock') ? this.#tickMs * Math.floor(this.#ms / this.#tickMs) : this.#ms;

  /** Of two that differ, or do not. */
  pair(ratio: number): [Contender, Contender] {
    const isShort = this.#traits.has('coarse clock');
    const cost = isShort ? 0.06 + 0.1 * this.#noise.random() : 0.3 + this.#noise.random();
    const slowAtFirst = [0, 0].map(() => 4 + 15 * this.#noise.random());
    return [this.#program(cost, slowAtFirst[0]!), this.#program(cost * ratio, slowAtFirst[1]!)];
  }

  #program(cost: number, slowAtFirst: number): Contender {
    let runs = 0;
    const work = () => {
      const cold = this.#traits.has('warms up') ? 1 + slowAtFirst * Math.exp((-6 * runs) / FULL_SPEED_AFTER) : 1;
      runs++;
      this.#ms += cost * cold * this.#slowdown() * (0.95 + 0.1 * this.#noise.random()) + this.#pause();
    };
    const isLazy = this.#traits.has('leaves out');
    return {
      run: (): Answer => {
        if (!isLazy) work();
        else this.#ms += LEFT_OUT_MS;
        let isDone = !isLazy;
        return {
          read: () => {
            if (!isDone) work();
            isDone = true;
            return 42;
          },
        };
      },
    };
  }

  #pause(): number {
    if (!this.#traits.has('pauses') || this.#ms < this.#pauseAtMs) return 0;
    const ms = 300 + 700 * this.#noise.random();
    this.#pauseAtMs = this.#ms + ms + 700 + 1_000 * this.#noise.random();
    return ms;
  }

  #slowdown(): number {
    if (!this.#traits.has('neighbours')) return 1;
    if (this.#ms > this.#busy.untilMs) {
      const by = this.#noise.random() < 0.4 ? 1 + 2 * this.#noise.random() : 1;
      this.#busy = { untilMs: this.#ms + 100 + 300 * this.#noise.random(), by };
    }
    return Math.min(3, this.#busy.by * (this.#ms > this.#stay.fromMs ? this.#stay.by : 1));
  }
}
