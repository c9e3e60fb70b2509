import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { describe, expect, it } from 'vitest';
import type { Cost } from '../../scripts/kit/shop/load.ts';
import { type Measured, reportOf } from '../../scripts/kit/shop/measure.ts';
import { OVERWATCHED } from '../../scripts/kit/shop/settings.ts';
import { REPOSITORY } from './kit.ts';

/** Three processes of eight rounds each, that all have cost the same. */
const cost = (processorUs: number): Cost[][] => {
  const seen = { answered: 400, perSecond: 1e6 / processorUs, p50Ms: processorUs / 20, p99Ms: processorUs / 10 };
  const one = { ...seen, processorUs };
  return Array.from({ length: 3 }, () => Array.from({ length: 8 }, () => one));
};

describe('npm run shop', () => {
  it('tells how many times as much is answered, and what the monitors take of it', () => {
    const measured: Measured = {
      before: cost(1_000),
      unwatched: cost(80),
      overwatched: cost(80 + 2 * OVERWATCHED),
      after: cost(100),
      twin: cost(100),
    };
    const report = reportOf(measured)!;
    expect(report.rounds).toBe(24);
    expect(report.speedup.ratio).toBeCloseTo(10, 6);
    expect(report.watching.ofProcessor.share).toBeCloseTo(2 / 82, 6);
    expect(report.watching.ofThroughput.share).toBeCloseTo(2 / 82, 6);
    expect(report.profiling.ofProcessor.share).toBeCloseTo(20 / 100, 6);
    expect(report.doubt).toEqual({ inThroughput: 1, inProcessor: 1 });
    expect([report.before.p50Ms, report.after.p99Ms]).toEqual([50, 10]);
  });

  it('tells nothing when it was ended before three rounds', () => {
    expect(reportOf({ before: [], unwatched: [], overwatched: [], after: [], twin: [] })).toBeNull();
  });

  it.each([
    [['--seconds', '0'], '--seconds must be a number above 0, received 0'],
    [['--port', '65536'], '--port must be an integer from 0 to 65535, received 65536'],
    [['somewhere'], 'what is "somewhere" for?'],
  ])('%j is a wrong call', (words, message) => {
    const script = join(REPOSITORY, 'scripts/shop.ts');
    const args = ['--import', 'tsx', script, ...words];
    const { status, stderr } = spawnSync('node', args, { cwd: REPOSITORY, encoding: 'utf8' });
    expect(stderr).toContain(message);
    expect(status).toBe(2);
  });
});
