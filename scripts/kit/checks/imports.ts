import { readdirSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path';
import type { Finding } from './finding.ts';

/** What a file may import: by where it stands, prefixes of package imports and of paths from the root. */
interface Rule {
  readonly files: RegExp;
  readonly may: readonly RegExp[];
  readonly says: string;
}

const NODE = /^node:/;
const FRAMEWORK = /^#framework$/;

/** `contract ← {stub, solution} ← tests`; a reference stands alone; nothing imports scripts/. The first that fits counts. */
const RULES: readonly Rule[] = [
  {
    files: /^exercises\//,
    may: [NODE, FRAMEWORK, /^#(todo|contract|exercise)\b/, /^exercises\//],
    says: 'an exercise imports its contract, what the learner wrote before, and the framework',
  },
  {
    files: /^solutions\//,
    may: [NODE, FRAMEWORK, /^#(contract|exercise)\//, /^solutions\//],
    says: 'a solution imports its contract, earlier exercises, and the framework',
  },
  {
    files: /^reference\/.*\/open-telemetry\.ts$/,
    may: [NODE, /^reference\//, /^@opentelemetry\/api$/],
    says: 'a bridge to OpenTelemetry knows its API, and else what a reference may',
  },
  { files: /^reference\//, may: [NODE, /^reference\//], says: 'a reference stands alone' },
  {
    files: /^tests\/.*\b(reference\.spec|bench)\.ts$/,
    may: [NODE, FRAMEWORK, /^#(contract|exercise)\//, /^tests\//, /^reference\//, /^[a-z@][^/]*$/, /^@[^/]+\/[^/]+$/],
    says: 'these import references and packages besides what specs import',
  },
  {
    files: /^tests\//,
    may: [NODE, FRAMEWORK, /^#(contract|exercise)\//, /^tests\//, /^vitest$/],
    says: 'a spec imports its subject as #exercise/…, so that it can judge each target',
  },
];

/** @see {@link RULES} */
export function checkImports(root: string): Finding[] {
  const files = ['exercises', 'solutions', 'reference', 'tests'].flatMap((tree) => typescriptFiles(root, tree));
  return files
    .filter((file) => !/^tests\/(kit|guide)\//.test(file))
    .flatMap((file) => {
      const rule = RULES.find(({ files }) => files.test(file))!;
      return importsOf(readFileSync(join(root, file), 'utf8'))
        .map(({ id, line }) => ({ id, line, target: id.startsWith('.') ? normalize(join(dirname(file), id)) : id }))
        .filter(({ target }) => !rule.may.some((may) => may.test(target)))
        .map(({ id, line }) => ({ where: `${file}:${line}`, what: `imports ${id}: ${rule.says}`, mend: 'import what the rule allows' }));
    });
}

function importsOf(text: string): { id: string; line: number }[] {
  return text
    .split('\n')
    .flatMap((line, index) =>
      [...line.matchAll(/^(?:(?:import|export|\}) (?:.* )?from|import) '([^']+)';$|\bimport\('([^']+)'\)/g)].map(([, id, dynamic]) => ({ id: id ?? dynamic!, line: index + 1 })),
    );
}

function typescriptFiles(root: string, folder: string): string[] {
  return readdirSync(join(root, folder), { withFileTypes: true }).flatMap((entry) => {
    const path = `${folder}/${entry.name}`;
    if (entry.isDirectory()) return typescriptFiles(root, path);
    return entry.name.endsWith('.ts') ? [path] : [];
  });
}
