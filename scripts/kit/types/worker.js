// @ts-check
// The process that checks types: beside the judge, at a lower priority, so that no verdict waits for it. Plain
// JavaScript, because a loader of TypeScript would read all of the compiler first.

import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import process from 'node:process';
import ts from 'typescript';

/** @typedef {import('./checker.ts').TypeError} TypeError */
/** @typedef {import('./checker.ts').TypeRequest} TypeRequest */
/** @typedef {import('./checker.ts').TypeResponse} TypeResponse */

/** @type {Map<string, number>} */
const versions = new Map();
/** @type {ts.LanguageService | undefined} */
let service;

process.on('message', (/** @type {TypeRequest} */ { id, root, files }) => {
  for (const file of files) versions.set(file, id);
  const compiler = (service ??= createService(root, files));
  /** @type {TypeResponse} */
  const response = { id, errors: files.flatMap((file) => errorsIn(compiler, file)) };
  process.send?.(response);
});
process.on('disconnect', () => process.exit());

/**
 * @param {string} root
 * @param {readonly string[]} files
 */
function createService(root, files) {
  const { config } = ts.readConfigFile(join(root, 'tsconfig.json'), ts.sys.readFile);
  const { options } = ts.parseJsonConfigFileContent({ ...config, files, include: [] }, ts.sys, root);
  const { directoryExists, fileExists, getDirectories, readDirectory, readFile } = ts.sys;
  return ts.createLanguageService({
    directoryExists,
    fileExists,
    getDirectories,
    readDirectory,
    readFile,
    getCurrentDirectory: () => root,
    getCompilationSettings: () => options,
    getScriptFileNames: () => [...files],
    getScriptVersion: (file) => String(versions.get(file) ?? 0),
    getScriptSnapshot: (file) => (fileExists(file) ? ts.ScriptSnapshot.fromString(readFileSync(file, 'utf8')) : undefined),
    getDefaultLibFileName: ts.getDefaultLibFilePath,
  });
}

/**
 * A file that is no TypeScript has only that wrong with it.
 *
 * @param {ts.LanguageService} compiler
 * @param {string} file
 * @returns {TypeError[]}
 */
function errorsIn(compiler, file) {
  const syntax = compiler.getSyntacticDiagnostics(file);
  const found = syntax.length > 0 ? syntax : compiler.getSemanticDiagnostics(file);
  return found
    .filter(({ category }) => category === ts.DiagnosticCategory.Error)
    .map(({ messageText, start = 0, file: source }) => {
      const position = source?.getLineAndCharacterOfPosition(start) ?? { line: 0, character: 0 };
      const [message = ''] = ts.flattenDiagnosticMessageText(messageText, '\n').split('\n');
      return { file, line: position.line + 1, column: position.character + 1, message };
    });
}
