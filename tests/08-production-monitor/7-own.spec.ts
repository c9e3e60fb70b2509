import { readFileSync } from 'node:fs';
import { describe, expect, it } from 'vitest';
import { alertRules, runbook, RUNBOOK_PROGRAMS, RUNBOOK_SECTIONS, SHOP } from '#exercise/08-production-monitor';
import { ask, served } from './http.ts';
import { anchorOf, chaptersOf, commandsOf, metricsOf, programsOf } from './runbook.ts';
import { between, fired, runShop, type Told } from './shop.ts';

const SEEDS = [8_101, 8_102];

/** What was told, as one reads it: `page errors-burn-fast after 9 min`. */
const inWords = (told: readonly Told[]) =>
  told.map(({ minute, severity, name }) => `${severity} ${name} after ${minute} min`);

/** The first that fires is so many minutes, at the most, after the beginning of the incident, and not before it. */
function expectWithin(told: readonly Told[], severity: Told['severity'], minutes: number): void {
  expect(inWords(told.filter(({ minute }) => minute < 0)), 'what was told before the incident').toEqual([]);
  const first = fired(told, severity)[0];
  expect(first, `first ${severity} of: ${inWords(told).join(', ') || 'nothing'}`).toBeDefined();
  expect(first!.minute, `minute of the first ${severity}, ${first!.name}`).toBeLessThanOrEqual(minutes);
}

describe('8.7 Write the rules and the runbook', () => {
  describe('8.7.1 On an ordinary day nobody is told of anything', () => {
    for (const seed of SEEDS) {
      it(`made up from ${seed}`, async () => {
        expect(inWords(await runShop(seed, 0, 12)), 'what was told').toEqual([]);
      });
    }
  });

  describe('8.7.2 When a tenth or more of the requests fail, there is a page within twenty minutes', () => {
    for (const seed of SEEDS) {
      const part = between(seed, 0.1, 0.6);

      it(`${Math.round(100 * part)} % fail`, async () => {
        const told = await runShop(seed, 2, 2, (ordinary) => ({ ...ordinary, failing: part }));
        expectWithin(told, 'page', 20);
        expect(fired(told, 'page').length, 'pages in two hours').toBeLessThanOrEqual(3);
      });

      it(`${Math.round(100 * part)} % fail in three minutes of every four`, async () => {
        const told = await runShop(seed, 2, 2, (ordinary, minute) => {
          return minute % 4 === 3 ? ordinary : { ...ordinary, failing: part };
        });
        expectWithin(told, 'page', 20);
        expect(fired(told, 'page').length, 'pages in two hours').toBeLessThanOrEqual(3);
      });
    }
  });

  describe('8.7.3 When 0.4 to 0.7 % fail for hours, a ticket is written, and nobody is woken', () => {
    for (const seed of SEEDS) {
      const part = between(seed, 0.004, 0.007);

      it(`${(100 * part).toFixed(2)} % fail`, async () => {
        const told = await runShop(seed, 1, 6, (ordinary) => ({ ...ordinary, failing: part }));
        expectWithin(told, 'ticket', 6 * 60);
        expect(inWords(fired(told, 'page')), 'pages').toEqual([]);
      });
    }
  });

  describe('8.7.4 When a third or more of the requests are slow, there is a page within twenty minutes', () => {
    for (const seed of SEEDS) {
      const part = between(seed, 0.34, 0.9);

      it(`${Math.round(100 * part)} % are slow`, async () => {
        expectWithin(await runShop(seed, 2, 1, (ordinary) => ({ ...ordinary, slow: part })), 'page', 20);
      });
    }
  });

  describe('8.7.5 When no requests arrive any more, there is a page within ten minutes', () => {
    for (const seed of SEEDS) {
      it(`night or day, ${seed}`, async () => {
        expectWithin(await runShop(seed, 2, 1, (ordinary) => ({ ...ordinary, perSecond: 0 })), 'page', 10);
      });
    }
  });

  describe('8.7.6 When the heap fills up over hours, a ticket is written half an hour before it is full', () => {
    for (const seed of SEEDS) {
      const minutes = Math.round(60 * between(seed, 4, 8));

      it(`in ${minutes} minutes`, async () => {
        const told = await runShop(seed, 1, minutes / 60, (ordinary, minute) => {
          return { ...ordinary, heap: 0.4 + 0.57 * (minute / minutes) + 0.003 * (minute % 10) };
        });
        expectWithin(told, 'ticket', minutes - 30);
        expect(inWords(fired(told, 'page')), 'pages').toEqual([]);
      });
    }
  });

  describe('8.7.7 `runbook` has a chapter for each rule, with all of its sections', () => {
    it('for each, and for no one else', () => {
      const names = alertRules().map(({ name }) => name);
      expect(chaptersOf(runbook()).map(({ title }) => title), 'headings of the second level').toEqual(names);
    });

    it('the sections, each with a text of its own', () => {
      const chapters = chaptersOf(runbook());
      expect(chapters.length, 'chapters').toBeGreaterThan(0);
      const texts: string[] = [];
      for (const { title, sections } of chapters) {
        const titles = sections.map((section) => section.title);
        expect(titles, `headings of the third level of ${title}`).toEqual([...RUNBOOK_SECTIONS]);
        for (const { text } of sections) texts.push(text.trim());
      }
      expect(texts.filter((text) => text === '').length, 'sections without a text').toBe(0);
      const repeated = texts.filter((text, index) => texts.indexOf(text) !== index);
      expect(repeated, 'texts that stand there twice').toEqual([]);
    });

    it('which the rules lead to, and which name the metrics of the rules', () => {
      const chapters = chaptersOf(runbook());
      for (const rule of alertRules()) {
        expect(rule.runbook, `link of ${rule.name}`).toBe(anchorOf(rule.name));
        const text = chapters.find(({ title }) => title === rule.name)?.text ?? '';
        for (const metric of metricsOf(rule)) expect(text, `what is written of ${rule.name}`).toContain(metric);
      }
    });
  });

  describe('8.7.8 Every alert has a command, and every command can be run', () => {
    it('each alert in its `Where to look`', () => {
      const chapters = chaptersOf(runbook());
      expect(chapters.length, 'chapters').toBeGreaterThan(0);
      const without = chapters.filter(({ sections }) => {
        const look = sections.find(({ title }) => title === 'Where to look');
        return commandsOf(look?.text ?? '').length === 0;
      });
      expect(without.map(({ title }) => title), 'alerts without a command').toEqual([]);
    });

    it('by programs that are there', async () => {
      const { scripts } = JSON.parse(readFileSync(new URL('../../package.json', import.meta.url), 'utf8'));
      const { url } = await served();
      for (const command of commandsOf(runbook())) {
        for (const [program = '', ...args] of programsOf(command)) {
          expect(RUNBOOK_PROGRAMS, `programs, for: ${command}`).toContain(program);
          if (program === 'npm') {
            const script = args[0] === 'run' ? args[1] : args[0];
            expect(Object.keys(scripts), `scripts of package.json, for: ${command}`).toContain(script);
          }
          if (program !== 'curl') continue;
          const asked = args.map((arg) => arg.replaceAll(/["']/g, '')).filter((arg) => /^\w+:/.test(arg));
          expect(asked.length, `addresses in: ${command}`).toBe(1);
          expect(asked[0], `the address in: ${command}`).toMatch(new RegExp(`^${SHOP.url}/`));
          const { status } = await ask(url, asked[0]!.slice(SHOP.url.length), 'HEAD');
          expect(status, `what the monitor answers to: ${command}`).toBe(200);
        }
      }
    });
  });
});
