import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type FSWatcher, watch as watchFiles } from 'chokidar';
import type { Exercise, Step } from './catalogue.ts';
import { Journal, type Attempt } from './journal.ts';
import { Diagnostician } from './diagnosis.ts';
import { Judge } from './judge/judge.ts';
import { judgeSteps, WORKERS } from './judging.ts';
import { STORE } from './store.ts';
import { keeping, paint } from './terminal.ts';
import { type TypeError, TypeChecker } from './types/checker.ts';
import { type ExerciseVerdict, type StepVerdict, Work } from './verdict.ts';

/** What comes of one save. */
export interface Judged {
  readonly verdict: ExerciseVerdict;
  /** Undefined while the journal cannot be written. */
  readonly attempt: Attempt | undefined;
  /** None as long as they are not known. */
  readonly typeErrors: readonly TypeError[];
}

export interface SessionOptions {
  /** The step that is judged first; without it the first that is not passed. */
  readonly focus?: Step | undefined;
  /** Judges no other. @default false */
  readonly alone?: boolean;
  /**
   * Called at each verdict: more than once for one save if that passed the step in focus, or if its types are found
   * to be wrong.
   */
  readonly show: (judged: Judged) => void;
}

/** Editors write a file in several operations. */
const SETTLE_MS = 15;
/** A file system that tells of a change tells it within this time. */
const PROBE_MS = 1_500;
const POLL_MS = 150;

/**
 * Judges an exercise at each save.
 *
 * The step that is worked on is judged first, and alone, so that its verdict does not wait for the others; when it is
 * passed, the others follow, so that one that a change has broken again is noticed.
 */
export class Session {
  /** @see {@link SessionOptions.focus} */
  focus: Step | undefined;
  readonly exercise: Exercise;
  readonly #root: string;
  readonly #judge: Judge;
  readonly #diagnostician: Diagnostician;
  readonly #types: TypeChecker;
  readonly #journal: Journal;
  readonly #alone: boolean;
  readonly #show: (judged: Judged) => void;
  readonly #latest = new Map<string, StepVerdict>();
  /** The steps that were judged since the last save. */
  readonly #fresh = new Set<string>();
  readonly #changed = new Set<string>();
  #watcher: FSWatcher;
  #timer: NodeJS.Timeout | undefined;
  #typeErrors: readonly TypeError[] = [];
  #judging = false;
  #again = false;
  #closed = false;

  static async open(root: string, exercise: Exercise, options: SessionOptions): Promise<Session> {
    const judge = Judge.open(root, { workers: WORKERS, atOnce: WORKERS, spares: 2 });
    return new Session(root, exercise, await judge, await Diagnostician.of(root, exercise), options);
  }

  private constructor(
    root: string,
    exercise: Exercise,
    judge: Judge,
    diagnostician: Diagnostician,
    { focus, alone = false, show }: SessionOptions,
  ) {
    this.focus = focus;
    this.exercise = exercise;
    this.#root = root;
    this.#judge = judge;
    this.#diagnostician = diagnostician;
    this.#types = new TypeChecker(root, Work.ofLearner(root, exercise).files);
    this.#journal = new Journal(root, exercise);
    this.#alone = alone;
    this.#show = show;
    this.#watcher = this.#watch(false);
    this.#probe();
  }

  /** The first step that is not passed, as far as is known. */
  get unfinished(): Step | undefined {
    return this.exercise.steps.find(({ id }) => this.#latest.get(id)?.state !== 'passed');
  }

  /** Judges now, or again after the run that is under way. */
  async judgeNow(): Promise<void> {
    if (this.#judging) {
      this.#again = true;
      return;
    }
    this.#judging = true;
    try {
      do {
        this.#again = false;
        await this.#judgeOnce();
      } while (this.#again && !this.#closed);
    } catch (error) {
      if (!this.#closed) console.error(`${paint.red('✖')} ${(error as Error).message}`);
    } finally {
      this.#judging = false;
    }
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearTimeout(this.#timer);
    this.#types.close();
    await this.#watcher.close();
    await this.#judge.close();
  }

  async #judgeOnce(): Promise<void> {
    for (const path of this.#changed) this.#judge.invalidate(path);
    this.#changed.clear();
    this.#fresh.clear();
    this.#typeErrors = [];
    const types = this.#types.check();
    await this.#judgeSteps();
    const typeErrors = await types;
    if (!typeErrors || typeErrors.length === 0 || this.#again) return;
    this.#typeErrors = typeErrors;
    this.#showLatest();
  }

  async #judgeSteps(): Promise<void> {
    const { steps } = this.exercise;
    const first = this.focus ?? (this.#latest.size > 0 ? this.unfinished : undefined);
    if (!first) return this.#run(steps);
    await this.#run([first]);
    const isPassed = this.#latest.get(first.id)?.state === 'passed';
    const isAllKnown = this.#latest.size === steps.length;
    if ((isPassed || !isAllKnown) && !this.#again && !this.#alone) await this.#run(steps.filter((step) => step !== first));
  }

  async #run(steps: readonly Step[]): Promise<void> {
    const verdicts = await judgeSteps(this.#judge, this.#root, this.exercise, steps);
    if (this.#closed) return;
    for (const verdict of verdicts) {
      this.#latest.set(verdict.step.id, verdict);
      this.#fresh.add(verdict.step.id);
    }
    this.#showLatest();
  }

  #showLatest(): void {
    if (this.#closed) return;
    const steps = this.exercise.steps.flatMap(({ id }) => this.#latest.get(id) ?? []);
    const diagnosis = this.#diagnostician.diagnose(steps.filter(({ step }) => this.#fresh.has(step.id)));
    const verdict = { exercise: this.exercise, steps, diagnosis };
    let attempt: Attempt | undefined;
    keeping(() => (attempt = this.#journal.keep('verdict', verdict)));
    this.#show({ verdict, attempt, typeErrors: this.#typeErrors });
  }

  #watch(usePolling: boolean): FSWatcher {
    const folder = join(this.#root, 'exercises', this.exercise.folder);
    const watcher = watchFiles(folder, { ignoreInitial: true, usePolling, interval: POLL_MS });
    watcher.on('all', (_event, path) => {
      if (!path.endsWith('.ts')) return;
      this.#changed.add(path);
      clearTimeout(this.#timer);
      this.#timer = setTimeout(() => void this.judgeNow(), SETTLE_MS);
    });
    return watcher;
  }

  /** Some file systems (network, WSL's /mnt) tell of no change: there the folder is polled. */
  #probe(): void {
    const path = join(this.#root, STORE, 'probe');
    try {
      mkdirSync(join(this.#root, STORE), { recursive: true });
      writeFileSync(path, '');
    } catch {
      return;
    }
    const probe = watchFiles(path, { ignoreInitial: true });
    const giveUp = setTimeout(async () => {
      await probe.close();
      if (this.#closed) return;
      await this.#watcher.close();
      this.#watcher = this.#watch(true);
    }, PROBE_MS);
    giveUp.unref();
    probe.on('ready', () => writeFileSync(path, String(Date.now())));
    probe.on('change', () => {
      clearTimeout(giveUp);
      void probe.close();
    });
  }
}
