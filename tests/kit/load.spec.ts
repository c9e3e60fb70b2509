import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import { FixtureKit } from './kit.ts';

describe('npm run test:load', () => {
  it('sends at random moments, and counts from when each request was due', async () => {
    const kit = FixtureKit.forTest();
    const { code, stdout } = await kit.run('test-load', '--rate', '500', '--seconds', '1', '--publish');
    expect(stdout).toMatch(/^[\d,]+ answered, 0 failed, /);
    expect(stdout).toMatch(/^ +p50 +p95 +p99 +max$/m);
    expect(stdout).toMatch(/^from when it was due( +\d+\.\d\d ms){4}$/m);
    const kept = JSON.parse(kit.read('.hotpath/bench/load.json')) as { completed: number };
    const published = JSON.parse(readFileSync(join(kit.root, 'docs/results/load.json'), 'utf8')) as object;
    expect(kept.completed).toBeGreaterThan(300);
    expect(published).toMatchObject({ command: 'npm run test:load -- --rate 500 --seconds 1', figures: kept });
    expect(code).toBe(0);
  });

  it('refuses a rate that makes no sense', async () => {
    const { code, stderr } = await FixtureKit.forTest().run('test-load', '--rate', 'many');
    expect(stderr).toContain('--rate must be a number above 0, received many');
    expect(code).toBe(2);
  });
});
