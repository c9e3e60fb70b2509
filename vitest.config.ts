import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { defineConfig, type Plugin, type ViteUserConfig } from 'vitest/config';

/** How long a learner waits for a promise that nobody settles. */
const LEARNERS_PATIENCE_MS = 2_000;
/** Of what is known to pass: a busy machine is no failure. */
const PATIENCE_MS = 30_000;

/** `#exercise/…` resolves to this tree in a project of its own: see `imports` in package.json. */
const target = (name: 'exercises' | 'solutions' | 'reference', include: string[], testTimeout: number) => ({
  extends: true as const,
  resolve: { conditions: [name] },
  ssr: { resolve: { conditions: [name] } },
  test: { name, include, exclude: ['**/node_modules/**'], testTimeout },
});

/** The folders of tests/ whose exercise is no draft: see `isDraft` in scripts/kit/catalogue.ts. */
const folders = readdirSync(new URL('tests', import.meta.url)).filter((folder) => {
  const manifest = new URL(`exercises/${folder}/exercise.json`, import.meta.url);
  return /^\d\d-/.test(folder) && !(existsSync(manifest) && /"draft":\s*true/.test(readFileSync(manifest, 'utf8')));
});
const specsOf = (...names: string[]) => folders.flatMap((folder) => names.map((name) => `tests/${folder}/${name}`));

/** What the kit's own Vitest needs too. */
export const shared: ViteUserConfig = {
  esbuild: { target: 'es2022' }, // lowers decorators and `using`
};

/**
 * An exercise builds on what the learner wrote in those before; where one of these has marks left, its solution takes its
 * place. So nobody has to take the exercises in their order.
 */
export function earlierExercises(root: string): Plugin {
  const isUnfinished = (folder: string) => {
    const sources = readdirSync(join(root, 'exercises', folder)).filter((name) => name.endsWith('.ts'));
    return sources.some((name) => /\btodo\('/.test(readFileSync(join(root, 'exercises', folder, name), 'utf8')));
  };
  return {
    name: 'hotpath:earlier-exercises',
    enforce: 'pre',
    resolveId(id, importer = '') {
      const [, folder] = /^#exercise\/(.+)$/.exec(id) ?? [];
      if (folder === undefined || importer.includes('?') || importer.includes(`/${folder}/`)) return null;
      return isUnfinished(folder) ? join(root, 'solutions', folder, 'index.ts') : null;
    },
  };
}

export default defineConfig({
  ...shared,
  test: {
    execArgv: ['--expose-gc'],
    maxWorkers: '100%',
    projects: [
      { ...target('exercises', specsOf('[1-9]-*.spec.ts'), LEARNERS_PATIENCE_MS), plugins: [earlierExercises(import.meta.dirname)] },
      target('solutions', specsOf('[1-9]-*.spec.ts', 'misuse.spec.ts'), PATIENCE_MS),
      target('reference', specsOf('[1-9]-*.spec.ts', 'misuse.spec.ts', 'reference.spec.ts'), PATIENCE_MS),
      { extends: true, test: { name: 'kit', include: ['tests/kit/*.spec.ts'], testTimeout: 60_000 } },
      { extends: true, test: { name: 'guide', include: ['tests/guide/*.spec.ts'], testTimeout: 60_000 } },
    ],
  },
});
