import { doubtOf, type Ratio, type ScenarioResult, type Verdict } from '../../../reference/07-benchmark-lab/index.ts';
import type { Workload } from '../../../tests/bench.ts';
import type { Exercise } from '../catalogue.ts';
import { bar } from '../screen.ts';
import { columns, paint, wrap } from '../terminal.ts';
import type { Progress } from './measure.ts';
import { bestPeer, failureText, judgedPair, pairsOf, PROGRAM_NAMES } from './report.ts';

/** For the names of subjects, unless one is longer. */
const NAME_WIDTH = 16;
const BAR_WIDTH = 28;
/** A bar of more than this many times the shortest is cut off: the others would not be seen beside it. */
const LONGEST = 12;
const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];

const COLOURS: Readonly<Record<Verdict, (text: string) => string>> = {
  ahead: paint.green,
  level: paint.green,
  behind: paint.red,
  inconclusive: paint.yellow,
};

/** What was measured of an exercise, a paragraph a workload. */
export function benchScreen(exercise: Exercise, workloads: readonly Workload<unknown>[], results: readonly ScenarioResult[]): string {
  const missing = workloads.slice(results.length).map(({ name }) => paint.dim(`${name}: not measured`));
  return [
    paint.bold(`${exercise.number} · ${exercise.title}`),
    ...results.map((result, index) => workloadText(workloads[index]!, result)),
    ...(missing.length > 0 ? [missing.join('\n')] : []),
  ].join('\n\n');
}

function workloadText(workload: Workload<unknown>, result: ScenarioResult): string {
  const { name, unit, subjects } = result.scenario;
  const head = `${paint.bold(name)}${unit.padStart(columns() - name.length)}`;
  const width = Math.max(NAME_WIDTH, ...Object.keys(subjects).map((subject) => subject.length + 1));
  const shortest = Math.min(...result.measured.map((subject) => result.valueOf(subject)));
  return [
    head,
    ...wrap(workload.about, columns()).map((line) => paint.dim(line)),
    ...Object.keys(subjects).map((subject) => subjectLine(result, subject, width, shortest)),
    ...verdictLines(workload, result, width),
  ].join('\n');
}

function subjectLine(result: ScenarioResult, subject: string, width: number, shortest: number): string {
  const label = `  ${subject.padEnd(width)}`;
  const failure = result.failures.get(subject);
  if (failure) return `${label}${paint.yellow(failureText(failure).slice(0, columns() - label.length))}`;
  if (!result.measured.includes(subject)) return `${label}${paint.dim('not measured')}`;
  const value = result.valueOf(subject);
  const figures = Object.entries(result.figuresOf(subject)).map(([name, figure]) => `${name} ${short(figure)}`);
  const drawn = barOf(value / shortest);
  const line = `${label}${drawn.padEnd(BAR_WIDTH + 1)} ${short(value).padStart(7)}  ${figures.join(', ')}`.trimEnd();
  return PROGRAM_NAMES.includes(subject) ? line : line.replace(drawn, paint.dim(drawn));
}

function barOf(times: number): string {
  if (times > LONGEST) return `${'█'.repeat(BAR_WIDTH)}›`;
  const eighths = Math.round((times / LONGEST) * BAR_WIDTH * 8);
  return '█'.repeat(eighths >> 3) + EIGHTHS[eighths & 7];
}

/** The verdict on the workload, and what else a learner wants to know. */
function verdictLines(workload: Workload<unknown>, result: ScenarioResult, width: number): string[] {
  const judged = judgedPair(workload, result);
  const peer = bestPeer(workload, result);
  const told = pairsOf(result).filter(
    ([a, b]) => (a === judged?.[0] && b === judged[1]) || (a === 'yours' && b === 'naive') || (a === 'reference' && b === peer),
  );
  const lines = told.map(([a, b]) => {
    const verdict = result.verdict(a, b);
    return `  ${COLOURS[verdict](verdict.padEnd(width))}${a} ${beside(result.ratio(a, b), result.scenario.unit)} ${b}`;
  });
  const doubt = doubtOf(result.aa);
  const twin = Number.isFinite(doubt) ? `a subject beside itself: ${short(doubt)} ×` : 'too little was measured';
  return [...lines, paint.dim(`  ${'this machine'.padEnd(width)}${twin}`)];
}

/** In the direction in which the number is above 1: `1.8 [1.6, 2.0] × as fast as`. */
function beside({ ratio, interval: [low, high] }: Ratio, unit: ScenarioResult['scenario']['unit']): string {
  const [more, less] = unit === 'ns/op' ? ['as slow as', 'as fast as'] : ['as large as', 'smaller than'];
  if (ratio >= 1) return `${short(ratio)} [${short(low)}, ${short(high)}] × ${more}`;
  return `${short(1 / ratio)} [${short(1 / high)}, ${short(1 / low)}] × ${less}`;
}

/** Three digits. */
export function short(value: number): string {
  if (!Number.isFinite(value)) return '?';
  if (Math.abs(value) >= 1000) return Math.round(value).toLocaleString('en');
  return String(Number(value.toPrecision(3)));
}

/** A line that is written over again and again while something is measured; at a terminal only. */
export function progressLine(): { show(progress: Progress): void; stop(): void } {
  return {
    show(progress) {
      if (process.stderr.isTTY) process.stderr.write(`\r\u001B[K${progressText(progress)}`);
    },
    stop() {
      if (process.stderr.isTTY) process.stderr.write('\r\u001B[K');
    },
  };
}

export function progressText({ workload, number, of, share }: Progress): string {
  return `measuring ${number} of ${of} ${bar(share, 1)} ${workload.slice(0, columns() - 34)}`;
}
