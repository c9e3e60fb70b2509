import { type Progress, QUICK } from './kit/bench/measure.ts';
import { runBench } from './kit/bench/run.ts';
import { benchScreen, progressText } from './kit/bench/screen.ts';
import { briefOf, hintsOf } from './kit/brief.ts';
import { type Exercise, findRoot, readCatalogue, resolveAddress, type Step } from './kit/catalogue.ts';
import { EXIT, run } from './kit/command.ts';
import { compareScreen } from './kit/compare.ts';
import { Journal } from './kit/journal.ts';
import { listenForKeys } from './kit/keys.ts';
import { resetExercise } from './kit/reset.ts';
import { attemptsLine, hintText, listScreen, placeText, stepName, typeErrorLines, verdictScreen } from './kit/screen.ts';
import { type Judged, Session } from './kit/session.ts';
import { State } from './kit/store.ts';
import { columns, footer, paint, showScreen, wrap } from './kit/terminal.ts';
import { Work } from './kit/verdict.ts';

/** What the screen shows below the verdict, and what the keys mean meanwhile. */
type Mode = 'verdict' | 'aside' | 'reset?';

/** Study mode: one step at a time, judged at each save; nothing moves on by itself. */
class Study {
  readonly #root: string;
  readonly #catalogue: readonly Exercise[];
  readonly #quit: () => void;
  #exercise: Exercise;
  #session: Session | undefined;
  #judged: Judged | undefined;
  #mode: Mode = 'verdict';
  /** While something is measured. */
  #measuring: AbortController | undefined;

  constructor(root: string, catalogue: readonly Exercise[], exercise: Exercise, quit: () => void) {
    this.#root = root;
    this.#catalogue = catalogue;
    this.#exercise = exercise;
    this.#quit = quit;
  }

  async open(exercise: Exercise, focus?: Step): Promise<void> {
    await this.#session?.close();
    this.#exercise = exercise;
    this.#judged = undefined;
    this.#session = await Session.open(this.#root, exercise, {
      focus,
      show: (judged) => {
        this.#judged = judged;
        this.#session!.focus ??= this.#session!.unfinished;
        this.#mode = 'verdict';
        this.show();
      },
    });
    await this.#session.judgeNow();
  }

  async close(): Promise<void> {
    this.#measuring?.abort();
    await this.#session?.close();
  }

  press(key: string): void {
    if (key === 'q') return this.#quit();
    if (this.#mode === 'reset?') return this.#answerReset(key);
    const session = this.#session;
    if (!session || !this.#judged) return;
    if (this.#measuring) return this.#measuring.abort();
    switch (key) {
      case 'n':
        return this.#next();
      case 'h':
        return this.#aside(this.#hint());
      case 'c':
        return this.#compare();
      case 'b':
        return void this.#bench();
      case 'l':
        return this.#aside(listScreen(this.#catalogue.map((exercise) => this.#progressOf(exercise))));
      case 'x':
        this.#mode = 'reset?';
        return showScreen(`Put the stub of ${this.#exercise.title} in the place of what you have?`, footer({ y: 'yes', n: 'no' }));
      case 'r':
        return void session.judgeNow();
      default:
        this.#mode = 'verdict';
        return this.show();
    }
  }

  show(): void {
    const { verdict, attempt, typeErrors } = this.#judged!;
    const focus = this.#session!.focus;
    const isPassed = verdict.steps.find(({ step }) => step === focus)?.state === 'passed';
    const isToDo = verdict.steps.find(({ step }) => step === focus)?.state === 'todo';
    const attempts = attempt ? attemptsLine(new Journal(this.#root, this.#exercise).attempts()) : '';
    const text = [
      verdictScreen(verdict, { focus, lines: typeErrors.length > 0 ? 16 : 19 }),
      ...(isToDo && focus ? ['', ...this.#brief(focus)] : []),
      ...(typeErrors.length > 0 ? ['', typeErrorLines(this.#root, typeErrors)] : []),
      ...(attempts ? ['', attempts] : []),
    ];
    const next = isPassed || !focus ? { n: 'next' } : {};
    showScreen(text.join('\n'), footer({ ...next, h: 'hint', c: 'compare', b: 'bench', r: 'run', l: 'list', x: 'reset', q: 'quit' }));
  }

  /** What the step is about, in two lines, and where it begins. */
  #brief(step: Step): string[] {
    const [first = '', second = '', more] = wrap(briefOf(this.#root, this.#exercise, step), columns() - 4);
    const mark = Work.ofLearner(this.#root, this.#exercise).marksOf(step)[0];
    return [first, more ? `${second} …` : second, ...(mark ? [placeText(mark)] : [])].filter((line) => line !== '');
  }

  #next(): void {
    const session = this.#session!;
    const { steps } = this.#judged!.verdict;
    if (session.focus && steps.find(({ step }) => step === session.focus)?.state !== 'passed') return;
    if (session.unfinished) {
      session.focus = session.unfinished;
      return this.show();
    }
    const after = [...this.#catalogue, ...this.#catalogue].slice(this.#catalogue.indexOf(this.#exercise) + 1);
    const next = after.find((exercise) => !isFinished(this.#root, exercise));
    if (next) void this.open(next);
    else this.#aside('All exercises are passed.');
  }

  #aside(text: string): void {
    this.#mode = 'aside';
    showScreen(text, footer({ '↵': 'back', q: 'quit' }));
  }

  #hint(): string {
    const step = this.#session!.focus ?? this.#exercise.steps[0]!;
    const hints = hintsOf(this.#root, this.#exercise, step);
    const state = new State(this.#root, this.#exercise.slug);
    const number = Math.min(state.hintsShown(step.id) + 1, hints.length);
    state.setHintsShown(step.id, number);
    return hintText(step, hints, number);
  }

  #compare(): void {
    if (this.#session!.unfinished && this.#mode !== 'aside') {
      const { unfinished } = this.#session!;
      return this.#aside(`${stepName(unfinished!)} is not passed yet. Press c again to see the solution all the same.`);
    }
    void compareScreen(this.#root, this.#exercise, 'solutions').then((screen) => this.#aside(screen));
  }

  /** Any key ends it. */
  async #bench(): Promise<void> {
    this.#measuring = new AbortController();
    const { signal } = this.#measuring;
    const onProgress = (progress: Progress) => this.#aside(progressText(progress));
    try {
      const { workloads, results } = await runBench(this.#root, this.#exercise, { effort: QUICK, signal, onProgress });
      this.#aside(benchScreen(this.#exercise, workloads, results));
    } catch (error) {
      this.#aside((error as Error).message);
    } finally {
      this.#measuring = undefined;
    }
  }

  #answerReset(key: string): void {
    if (key !== 'y') {
      this.#mode = 'verdict';
      return this.show();
    }
    this.#aside(resetExercise(this.#root, this.#exercise)); // the watcher sees the stub, and judges it
  }

  #progressOf(exercise: Exercise) {
    const judged = new Journal(this.#root, exercise).lastVerdict()?.steps ?? {};
    return { exercise, passed: exercise.steps.filter(({ id }) => judged[id]?.state === 'passed').length };
  }
}

function isFinished(root: string, exercise: Exercise): boolean {
  const verdict = new Journal(root, exercise).lastVerdict();
  return verdict !== undefined && exercise.steps.every(({ id }) => verdict.steps[id]?.state === 'passed');
}

await run(
  {
    line: 'npm start [<exercise>]',
    about: 'Study mode: takes you to the first step that is not passed, and judges it at each save.',
    options: {},
    words: [0, 1],
  },
  async ([address]) => {
    const root = findRoot();
    const catalogue = readCatalogue(root);
    const chosen = address === undefined ? undefined : resolveAddress(catalogue, address);
    const exercise = chosen?.exercise ?? catalogue.find((exercise) => !isFinished(root, exercise));
    if (!exercise) {
      console.log(`${paint.green('All exercises are passed.')} npm start <exercise> goes back to one.`);
      return EXIT.ok;
    }
    await new Promise<void>((quit) => {
      const study = new Study(root, catalogue, exercise, () => {
        stop();
        void study.close().then(quit);
      });
      const stop = listenForKeys((key) => study.press(key));
      process.once('SIGTERM', () => study.press('q'));
      process.once('SIGINT', () => study.press('q'));
      void study.open(exercise, chosen?.step);
    });
    return EXIT.ok;
  },
);
