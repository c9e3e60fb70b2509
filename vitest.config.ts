import { readdirSync } from 'node:fs';
import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** `#exercise/…` resolves to this tree in a project of its own: see `imports` in package.json. */
const target = (name: 'exercises' | 'solutions' | 'reference', include: string[]) => ({
  extends: true as const,
  resolve: { conditions: [name] },
  ssr: { resolve: { conditions: [name] } },
  test: { name, include, exclude: ['**/node_modules/**'] },
});

const foldersOf = (tree: string) => readdirSync(new URL(tree, import.meta.url)).filter((name) => /^\d\d-/.test(name));
const tests = foldersOf('tests');
/** A draft has specs, and no reference yet. */
const references = foldersOf('reference');
const specsOf = (folders: string[], ...names: string[]) =>
  folders.flatMap((folder) => names.map((name) => `tests/${folder}/${name}`));

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
      target('exercises', specsOf(tests, '[1-9]-*.spec.ts')),
      target('solutions', specsOf(tests, '[1-9]-*.spec.ts', 'misuse.spec.ts')),
      target('reference', specsOf(references, '[1-9]-*.spec.ts', 'misuse.spec.ts', 'reference.spec.ts')),
      { extends: true, test: { name: 'kit', include: ['tests/kit/*.spec.ts'], testTimeout: 60_000 } },
    ],
  },
});
