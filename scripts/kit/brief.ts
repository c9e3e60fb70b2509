import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import type { Exercise, Step } from './catalogue.ts';

/** What a step of a README says before its clauses, as one line; '' if it says nothing. */
export function briefOf(root: string, exercise: Exercise, step: Step): string {
  const readme = readFileSync(join(root, 'exercises', exercise.folder, 'README.md'), 'utf8');
  const section = sectionOf(readme, step);
  return (/^(?!- )(?:.+\n?)+/m.exec(section)?.[0] ?? '').replace(/\s+/g, ' ').trim();
}

/** The hints of a step, the vaguest first. */
export function hintsOf(root: string, exercise: Exercise, step: Step): string[] {
  const path = join(root, 'exercises', exercise.folder, 'hints.md');
  if (!existsSync(path)) return [];
  return [...sectionOf(readFileSync(path, 'utf8'), step).matchAll(/^\d\. ([\s\S]*?)(?=^\d\. |(?![\s\S]))/gm)].map(([, hint]) =>
    hint!.replace(/\n {1,3}/g, '\n').trim(),
  );
}

/** What stands under `## Step 2`, with or without a title. */
function sectionOf(text: string, step: Step): string {
  return new RegExp(`^## Step ${step.id}\\b.*\\n([\\s\\S]*?)(?=^## |(?![\\s\\S]))`, 'm').exec(text)?.[1] ?? '';
}
