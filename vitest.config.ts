import { defineConfig, type ViteUserConfig } from 'vitest/config';

/** `#exercise/…` resolves to this tree in a project of its own: see `imports` in package.json. */
const target = (name: 'exercises' | 'solutions' | 'reference', include: string[]) => ({
  extends: true as const,
  resolve: { conditions: [name] },
  ssr: { resolve: { conditions: [name] } },
  test: { name, include, exclude: ['**/node_modules/**'] },
});

const steps = 'tests/[0-9][0-9]-*/[1-9]-*.spec.ts';
const misuse = 'tests/[0-9][0-9]-*/misuse.spec.ts';

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
      target('exercises', [steps, misuse]),
      target('solutions', [steps, misuse]),
      target('reference', [steps, misuse, 'tests/[0-9][0-9]-*/reference.spec.ts']),
      { extends: true, test: { name: 'kit', include: ['tests/kit/*.spec.ts'], testTimeout: 30_000 } },
    ],
  },
});
