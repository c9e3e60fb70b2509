import { existsSync, readdirSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import ts from 'typescript';

/** A page with all the files of a folder, so that the site can lead to them without a network. */
export interface SourcePage {
  /** From the root of the repository: `reference/01-metadata-cache`. */
  readonly folder: string;
  /** From the root of the site. */
  readonly url: string;
  readonly html: string;
}

/** Where a file, or a line of it, is shown: from the root of the site. */
export function sourceUrl(path: string, line?: number): string {
  const [tree, folder, ...rest] = path.split('/');
  const name = rest.join('/');
  return `source/${tree}/${folder}.html#${line === undefined ? name : `${name}:${line}`}`;
}

/** Shows the line that the address names. An `id` for each of them would be a tenth of the whole site. */
const SHOW_LINE = `
const show = () => {
  const [name, line] = decodeURIComponent(location.hash.slice(1)).split(':');
  document.querySelector('.at')?.classList.remove('at');
  const row = document.getElementById(name)?.querySelectorAll('code > span')[line - 1];
  row?.classList.add('at');
  row?.scrollIntoView({ block: 'center' });
};
addEventListener('hashchange', show);
show();`;

/** The page of a folder; its files in the order that is natural to read them: what explains, `index.ts`, the others. */
export function sourcePage(root: string, folder: string): SourcePage | undefined {
  if (!existsSync(join(root, folder))) return undefined;
  const rank = (name: string) => ['README.md', 'index.ts'].indexOf(name) + 1 || 3;
  const names = readdirSync(join(root, folder), { recursive: true, encoding: 'utf8' })
    .map((name) => name.replaceAll('\\', '/'))
    .filter((name) => /\.(ts|md)$/.test(name))
    .sort((a, b) => rank(a) - rank(b) || (a < b ? -1 : 1));
  const contents = names.map((name) => `<li><a href="#${name}">${name}</a></li>`).join('');
  const files = names.map((name) => fileHtml(name, readFileSync(join(root, folder, name), 'utf8')));
  const url = `source/${folder}.html`;
  return { folder, url, html: page(folder, `<ul class="source-files">${contents}</ul>${files.join('')}`) };
}

function page(folder: string, content: string): string {
  const up = '../../';
  const [tree, slug] = folder.split('/');
  return `<!DOCTYPE html>
<html class="default" lang="en"><head><meta charset="utf-8"><title>${folder} | Hotpath</title>
<meta name="viewport" content="width=device-width, initial-scale=1"><link rel="icon" href="${up}assets/favicon.svg">
<link rel="stylesheet" href="${up}assets/style.css"><link rel="stylesheet" href="${up}assets/custom.css"></head>
<body class="source"><script>document.documentElement.dataset.theme = localStorage.getItem('tsd-theme') || 'os';</script>
<header><a href="${up}index.html">Hotpath</a> <span>${tree} / ${slug}</span></header>
<main><h1>${folder}</h1>${content}</main><script>${SHOW_LINE}
</script></body></html>
`;
}

function fileHtml(name: string, text: string): string {
  const code = name.endsWith('.ts') ? highlighted(text) : escape(text);
  const lines = code.replace(/\n$/, '').split('\n');
  const rows = lines.map((line) => `<span>${line}</span>`).join('\n');
  return `<section id="${name}"><h2>${name}</h2><pre tabindex="0" aria-label="${name}"><code>${rows}</code></pre></section>`;
}

/** The text as HTML, with comments as `i`, keywords as `b` and strings as `q`; no element spans two lines. */
function highlighted(text: string): string {
  const source = ts.createSourceFile('x.ts', text, ts.ScriptTarget.Latest, true);
  let html = '';
  const put = (tag: string, part: string) => {
    html += part.split('\n').map((line) => (line.trim() === '' ? line : `<${tag}>${escape(line)}</${tag}>`)).join('\n');
  };
  const visit = (node: ts.Node) => {
    if (node.kind >= ts.SyntaxKind.FirstJSDocNode && node.kind <= ts.SyntaxKind.LastJSDocNode) return;
    const children = node.getChildren(source);
    if (children.length > 0) return children.forEach(visit);
    put('i', text.slice(node.pos, node.getStart(source)));
    const part = node.getText(source);
    if (ts.isStringLiteralLike(node) || ts.isTemplateMiddleOrTemplateTail(node) || ts.isTemplateHead(node)) put('q', part);
    else if (node.kind >= ts.SyntaxKind.FirstKeyword && node.kind <= ts.SyntaxKind.LastKeyword) put('b', part);
    else html += escape(part);
  };
  visit(source);
  return html;
}

const escape = (text: string) => text.replaceAll('&', '&amp;').replaceAll('<', '&lt;').replaceAll('>', '&gt;').replaceAll('"', '&quot;');
