import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { describe, it } from 'vitest';
import { isDraft } from '../../scripts/kit/catalogue.ts';
import { REPOSITORY } from './kit.ts';

const EXAMPLES = join(REPOSITORY, 'docs/examples');
const names = readdirSync(EXAMPLES, { recursive: true, encoding: 'utf8' })
  .map((name) => name.replaceAll('\\', '/'))
  .filter((name) => name.endsWith('.ts') && !isDraft(REPOSITORY, name.split('/')[0]!))
  .sort();

describe('what the guide shows as an example', () => {
  it.each(names)('%s does what it says', async (name) => {
    await import(pathToFileURL(join(EXAMPLES, name)).href);
  });
});
