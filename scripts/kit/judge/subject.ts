import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import type { Plugin } from 'vite';

/**
 * Whose program a spec judges: the learner's, a tree of this repository, or what the instructor's checks make of a
 * solution. `stub` is the pristine stub, `wrong:<id>` a known mistake, `also-right` the other correct implementation.
 */
export type Subject = 'exercises' | 'solutions' | 'reference' | 'also-right' | 'stub' | `wrong:${string}`;

/** Gives the text that stands in for a file of the solution. */
export type Rewrite = (subject: Subject, folder: string, file: string, text: string) => string;

const IMPORT = /^#exercise\/(.+)$/;

/** The module id under which `spec` judges `subject`. */
export function withSubject(spec: string, subject: Subject): string {
  return subject === 'exercises' ? spec : `${spec}?subject=${subject}`;
}

/** `02-lazy-loader` of a path in that folder of any tree. */
const folderOf = (path: string) => /\/(\d\d-[^/]+)\//.exec(path)?.[1];

const subjectOf = (id: string | undefined) => /[?&]subject=([^&]+)/.exec(id ?? '')?.[1] as Subject | undefined;

/** Lets a spec that carries a subject in its id import that subject's program. */
export function subjectPlugin(root: string, rewrite: Rewrite): Plugin {
  const programOf = (folder: string, subject: Subject): string => {
    if (subject === 'exercises' || subject === 'reference') return join(root, subject, folder, 'index.ts');
    if (subject === 'also-right') return withSubject(join(root, 'tests', folder, 'also-right.ts'), subject);
    return withSubject(join(root, 'solutions', folder, 'index.ts'), subject);
  };
  /** What is made of one exercise's solution builds on the solutions of those before. */
  const builtOn = (subject: Subject): Subject => (subject === 'reference' ? 'reference' : 'solutions');
  return {
    name: 'hotpath:subject',
    enforce: 'pre',
    resolveId(id, importer) {
      const subject = subjectOf(importer);
      if (subject === undefined || subjectOf(id) !== undefined) return null;
      const [, folder] = IMPORT.exec(id) ?? [];
      if (folder !== undefined) {
        return programOf(folder, folder === folderOf(importer!) ? subject : builtOn(subject));
      }
      if (!/^\.\.?\//.test(id)) return null;
      const path = join(dirname(importer!.replace(/\?.*$/, '')), id);
      return existsSync(path) && isRewritten(root, path) ? withSubject(path, subject) : null;
    },
    load(id) {
      const subject = subjectOf(id);
      if (subject === undefined) return null;
      const path = id.replace(/\?.*$/, '');
      const text = readFileSync(path, 'utf8');
      const [tree, folder, file] = relative(root, path).split(sep) as [string, string, string];
      const isMade = tree === 'solutions' && (subject === 'stub' || subject.startsWith('wrong:'));
      return isMade ? rewrite(subject, folder, file, text) : text;
    },
  };
}

/** Only these may differ from subject to subject, or import what does. */
function isRewritten(root: string, path: string): boolean {
  const [tree, folder = ''] = relative(root, path).split(sep);
  return (tree === 'solutions' || tree === 'tests') && /^\d\d-/.test(folder);
}
