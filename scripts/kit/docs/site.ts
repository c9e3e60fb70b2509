import { cpSync, mkdirSync, readdirSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import ts from 'typescript';
import { Application, Logger, LogLevel, TypeDocReader } from 'typedoc';
import { resetReflectionID } from 'typedoc/models';
import { type Guide, readGuide } from './chapters.ts';
import { bundleLab, type LabScript } from './labs.ts';
import { sourcePage } from './sources.ts';
import { installTheme, SOURCE_LINK } from './theme.ts';

export interface Site {
  readonly guide: Guide;
  /** What typedoc warned of or failed at: the site is sound if there is nothing. */
  readonly complaints: readonly string[];
  readonly labs: readonly LabScript[];
  /** Bytes of all files. */
  readonly size: number;
}

export interface SiteOptions {
  /** Absolute; replaced. */
  readonly out: string;
  /** With the exercises that learners do not see yet. @default false */
  readonly drafts?: boolean;
}

/** Builds the study guide. The same sources give the same bytes. */
export async function buildSite(root: string, { out, drafts = false }: SiteOptions): Promise<Site> {
  const guide = readGuide(root, { drafts });
  rmSync(out, { recursive: true, force: true });
  const names = [...new Set(guide.chapters.flatMap(({ labs }) => labs))];
  const [complaints, labs] = await Promise.all([writePages(guide, out), Promise.all(names.map((name) => bundleLab(root, name)))]);
  if (complaints.length === 0) {
    mkdirSync(join(out, 'assets/labs'), { recursive: true });
    for (const { name, code } of labs) writeFileSync(join(out, 'assets/labs', `${name}.js`), code);
    cpSync(join(root, 'docs/favicon.svg'), join(out, 'assets/favicon.svg'));
    writeSources(guide, out);
  }
  return { guide, complaints, labs, size: complaints.length === 0 ? sizeOf(out) : 0 };
}

/** @returns what typedoc complains of */
async function writePages(guide: Guide, out: string): Promise<string[]> {
  const { root } = guide;
  resetReflectionID(); // they end up in the pages, and a process may build the site twice
  const app = await Application.bootstrap(
    {
      options: join(root, 'typedoc.json'),
      basePath: join(root, 'reference'),
      entryPoints: [...guide.references],
      projectDocuments: guide.chapters.map(({ file }) => file),
      readme: guide.start,
      out,
      disableGit: true,
      sourceLinkTemplate: SOURCE_LINK,
    },
    [new TypeDocReader()],
  );
  const complaints = new Complaints();
  app.logger = complaints;
  app.options.setCompilerOptions(guide.references, compilerOptions(root), undefined);
  installTheme(app, guide);
  app.options.setValue('router', 'guide');
  app.options.setValue('theme', 'guide');

  const project = await app.convert();
  if (project === undefined) return complaints.all.length > 0 ? complaints.all : ['typedoc converted nothing'];
  app.validate(project);
  if (complaints.all.length === 0) await app.generateOutputs(project);
  return complaints.all;
}

/** Keeps warnings and errors, and prints nothing. */
class Complaints extends Logger {
  readonly all: string[] = [];

  protected override addContext(message: string, _level: LogLevel, ...[at, file]: [at?: unknown, file?: unknown]): string {
    const node = at as ts.Node | undefined;
    const source = (typeof at === 'number' ? file : node?.getSourceFile()) as ts.SourceFile | undefined;
    if (source === undefined) return message;
    const { line } = source.getLineAndCharacterOfPosition(typeof at === 'number' ? at : node!.getStart());
    return `${source.fileName}:${line + 1} ${message}`;
  }

  override log(message: string, level: LogLevel): void {
    if (level >= LogLevel.Warn) this.all.push(message);
  }
}

function compilerOptions(root: string): ts.CompilerOptions {
  const path = join(root, 'tsconfig.json');
  const { config } = ts.readConfigFile(path, ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent(config, { ...ts.sys, readDirectory: () => [] }, root);
  return { ...options, customConditions: ['reference'] };
}

function writeSources({ root, chapters, references }: Guide, out: string): void {
  const folders = chapters.flatMap(({ exercise }) => (exercise ? [exercise.folder] : []));
  const places = [
    ...['exercises', 'solutions', 'reference'].flatMap((tree) => folders.map((folder) => `${tree}/${folder}`)),
    ...references.map((path) => `reference/${dirname(path).split('/').at(-1)}`),
  ];
  for (const place of new Set(places)) {
    const page = sourcePage(root, place);
    if (page === undefined) continue;
    mkdirSync(dirname(join(out, page.url)), { recursive: true });
    writeFileSync(join(out, page.url), page.html);
  }
}

function sizeOf(folder: string): number {
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' }).map((name) => statSync(join(folder, name)));
  return files.reduce((sum, file) => sum + (file.isFile() ? file.size : 0), 0);
}
