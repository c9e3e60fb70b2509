// What Stryker's Vitest runs: the specs of one exercise on its solution.

import { defineConfig } from 'vitest/config';
import { shared } from '../../vitest.config.ts';

export default defineConfig({
  ...shared,
  resolve: { conditions: ['solutions'] },
  ssr: { resolve: { conditions: ['solutions'] } },
  test: {
    include: [`tests/${process.env["HOTPATH_EXERCISE"]}/[1-9]-*.spec.ts`, `tests/${process.env["HOTPATH_EXERCISE"]}/misuse.spec.ts`],
    testTimeout: 1_000,
  },
});
