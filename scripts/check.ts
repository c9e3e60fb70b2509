import { findRoot, isDraft, resolveAddress } from './kit/catalogue.ts';
import { checkDocs } from './kit/checks/docs.ts';
import { checkImports } from './kit/checks/imports.ts';
import { checkClauses, checkTexts, checkTrees, readExercises } from './kit/checks/layout.ts';
import type { Finding } from './kit/checks/finding.ts';
import { checkMatrix } from './kit/checks/matrix.ts';
import { checkPrograms, type Figures } from './kit/checks/programs.ts';
import { checkStubs } from './kit/checks/stubs.ts';
import { checkTypes } from './kit/checks/types.ts';
import { EXIT, positiveOption, run } from './kit/command.ts';
import { paint, progressBar } from './kit/terminal.ts';

await run(
  {
    line: 'npm run check [<exercise>…]',
    about: 'Everything that must hold of the exercises themselves; each finding ends with what mends it.',
    options: { mistakes: { type: 'string', default: '5', help: 'the fewest known mistakes a step' } },
    words: [0, 99],
  },
  async (addresses, { mistakes }) => {
    const root = findRoot();
    const { exercises: all, findings } = readExercises(root);
    const drafts = all.filter(({ folder }) => isDraft(root, folder));
    const isOfDraft = (path: string) => drafts.some(({ folder }) => path.includes(`/${folder}/`));
    const finished = all.filter((exercise) => !drafts.includes(exercise));
    const exercises = addresses.length === 0 ? finished : addresses.map((address) => resolveAddress(all, address).exercise);
    report('manifests', findings);
    for (const { folder } of drafts) {
      console.log(paint.yellow(`  ${folder} is a draft: judged only when it is named, and not shown to learners`));
    }

    const checks: [string, () => Finding[] | Promise<Finding[]>][] = [
      ['trees mirror', () => checkTrees(root, all)],
      ['hints, clauses, specs', () => checkClauses(root, exercises)],
      ['commands and links', () => checkTexts(root, exercises)],
      ['dependencies', () => checkImports(root).filter(({ where }) => !isOfDraft(where))],
      ['stubs', () => checkStubs(root, exercises)],
      ['types, for three targets', () => checkTypes(root, all)],
      ['study guide', () => checkDocs(root, drafts)],
    ];
    for (const [name, check] of checks) {
      const found = await check();
      report(name, found);
      findings.push(...found);
    }

    const bar = progressBar('judging');
    const programs = await checkPrograms(root, exercises, { fewestMistakes: positiveOption('mistakes', mistakes), onProgress: bar.show });
    bar.stop();
    for (const [name, found] of [
      ['programs', programs.findings],
      ['diagnosis', checkMatrix(root, exercises, programs.judged)],
    ] as const) {
      report(name, found);
      findings.push(...found);
    }

    console.log(`\n${figuresText(programs.figures)}`);
    if (findings.length === 0) return EXIT.ok;
    console.log(paint.red(`\n${findings.length} ${findings.length === 1 ? 'finding' : 'findings'}`));
    return EXIT.failed;
  },
);

function report(name: string, findings: readonly Finding[]): void {
  console.log(`${findings.length === 0 ? paint.green('✔') : paint.red('✖')} ${name}`);
  for (const { where, what, mend } of findings) {
    console.log(`  ${paint.cyan(where)}\n    ${what}\n    ${paint.dim(`→ ${mend}`)}`);
  }
}

function figuresText({ alternatives, mistakes }: Figures): string {
  return [
    `Correct programs accepted      ${alternatives.accepted} of ${alternatives.total}`,
    `Known mistakes rejected        ${mistakes.rejected} of ${mistakes.total}`,
    `… each by exactly its clauses  ${mistakes.byTheirOwnClauses} of ${mistakes.total}`,
  ].join('\n');
}
