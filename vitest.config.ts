import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** `#exercise/…` resolves to this tree in a project of its own: see `imports` in package.json. */
const target = (name: 'exercises' | 'solutions' | 'reference', include: string[]) => ({
  extends: true as const,
  resolve: { conditions: [name] },
  ssr: { resolve: { conditions: [name] } },
  test: { name, include, exclude: ['**/node_modules/**'] },
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

export default defineConfig({
  ...shared,
  test: {
    execArgv: ['--expose-gc'],
    testTimeout: 2_000,
    maxWorkers: '100%',
    projects: [
      target('exercises', specsOf('[1-9]-*.spec.ts')),
      target('solutions', specsOf('[1-9]-*.spec.ts', 'misuse.spec.ts')),
      target('reference', specsOf('[1-9]-*.spec.ts', 'misuse.spec.ts', 'reference.spec.ts')),
      { extends: true, test: { name: 'kit', include: ['tests/kit/*.spec.ts'], testTimeout: 60_000 } },
    ],
  },
});
