import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative } from 'node:path';
import type { Exercise } from '../catalogue.ts';
import type { Guide } from '../docs/chapters.ts';
import { outdatedChapters } from '../docs/figures.ts';
import { buildSite } from '../docs/site.ts';
import type { Finding } from './finding.ts';
import { diagnose } from './types.ts';

/** Bytes: of the site by itself, and for each exercise. */
const MOST_FOR_THE_SITE = 500e3;
const MOST_FOR_AN_EXERCISE = 750e3;
/** Bytes, compressed, of all labs together. */
const MOST_FOR_LABS = 150e3;

/** The study guide can be built: every export is documented, every link leads somewhere, and it is small. */
export async function checkDocs(root: string, drafts: readonly Exercise[]): Promise<Finding[]> {
  if (!existsSync(join(root, 'typedoc.json'))) return [];
  return [...checkFigures(root), ...(await checkExamples(root, drafts)), ...(await checkSite(root))];
}

/** What chapters say of time and memory is what was measured. */
function checkFigures(root: string): Finding[] {
  return outdatedChapters(root).map(({ path }) => ({ where: path, what: 'has other figures than docs/results', mend: 'npm run figures' }));
}

/** What the guide shows, and its labs, type-check: they have a configuration of their own, for the browser's types. */
async function checkExamples(root: string, drafts: readonly Exercise[]): Promise<Finding[]> {
  const found = await diagnose(join(root, 'docs'), 'reference');
  return found.flatMap((line) => {
    const [, file = '', at = '', what = ''] = /^(.+?)\((\d+),\d+\): error (.*)$/.exec(line) ?? [];
    if (file === '' || drafts.some(({ folder }) => file.includes(`/${folder}/`))) return [];
    return [{ where: `docs/${file}:${at}`, what, mend: 'npx tsc -p docs, until it is silent' }];
  });
}

async function checkSite(root: string): Promise<Finding[]> {
  const home = mkdtempSync(join(tmpdir(), 'hotpath-docs-'));
  try {
    const { guide, complaints, labs, size } = await buildSite(root, { out: join(home, 'site') });
    const labSize = labs.reduce((sum, lab) => sum + lab.size, 0);
    const tooLarge = (what: string, bytes: number, most: number): Finding[] =>
      bytes <= most ? [] : [{ where: 'docs', what: `${what} ${Math.ceil(bytes / 1e3)} kB, more than ${most / 1e3}`, mend: 'leave something out' }];
    return [
      ...complaints.map((complaint) => findingOf(root, complaint)),
      ...tooLarge('the site has', size, mostForTheSite(guide)),
      ...tooLarge('the labs have, compressed,', labSize, MOST_FOR_LABS),
    ];
  } finally {
    rmSync(home, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** How many bytes the site may have. */
export function mostForTheSite({ chapters }: Guide): number {
  return MOST_FOR_THE_SITE + MOST_FOR_AN_EXERCISE * chapters.filter(({ exercise }) => exercise).length;
}

function findingOf(root: string, complaint: string): Finding {
  const [, file, what] = /^(\/.+?:\d+) (.*)$/s.exec(complaint) ?? [];
  const where = file === undefined ? 'docs' : relative(root, file);
  return { where, what: what ?? complaint, mend: 'npm run docs, until it is silent' };
}
