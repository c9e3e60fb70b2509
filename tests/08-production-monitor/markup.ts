import { Script } from 'node:vm';

/** A page, taken apart as a browser does. */
export interface Page {
  /** In order; of attributes only the names: `td class`. */
  readonly tags: string[];
  readonly attributes: [name: string, value: string][];
  /** What is shown. */
  readonly text: string;
  readonly scripts: string[];
  readonly styles: string[];
}

const ATTRIBUTE = /\s+([^\s"'<>/=]+)(?:\s*=\s*("[^"]*"|'[^']*'|[^\s"'=<>`]+))?/g;
const TAG = `<(/?)([a-z][a-z0-9-]*)((?:${ATTRIBUTE.source})*)\\s*/?>`;
const TOKEN = new RegExp(`<!--[^]*?-->|<![a-z][^>]*>|${TAG}|<(?![a-z/!?])|[^<]+`, 'gyi');

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/** @throws SyntaxError where a browser would have to guess */
export function parsePage(html: string): Page {
  const page: Page = { tags: [], attributes: [], text: '', scripts: [], styles: [] };
  let text = '';
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < html.length) {
    const from = TOKEN.lastIndex;
    const token = TOKEN.exec(html);
    if (!token) throw new SyntaxError(`neither a tag nor text: ${html.slice(from, from + 40)}`);
    const [all, slash = '', name, attributes = ''] = token;
    if (name === undefined) {
      if (!/^<[!a-z]/i.test(all)) text += decoded(all);
      continue;
    }
    const tag = slash + name.toLowerCase();
    const pairs = [...attributes.matchAll(ATTRIBUTE)].map(([, attribute, value = '']): [string, string] => {
      return [attribute!.toLowerCase(), decoded(value.replace(/^(["'])(.*)\1$/s, '$2'))];
    });
    page.tags.push([tag, ...pairs.map(([attribute]) => attribute)].join(' '));
    page.attributes.push(...pairs);
    if (tag !== 'script' && tag !== 'style') continue;
    const end = html.toLowerCase().indexOf(`</${tag}`, TOKEN.lastIndex);
    if (end < 0) throw new SyntaxError(`<${tag}> does not end`);
    const content = html.slice(TOKEN.lastIndex, end);
    if (tag === 'script') new Script(content);
    page[tag === 'script' ? 'scripts' : 'styles'].push(content);
    TOKEN.lastIndex = end;
  }
  return { ...page, text };
}

function decoded(text: string): string {
  return text.replaceAll(/&(?:#(\d+)|#x([\da-f]+)|(\w+));/gi, (entity, decimal, hex, name) => {
    if (name !== undefined) return ENTITIES[name] ?? entity;
    return String.fromCodePoint(decimal ? Number(decimal) : Number.parseInt(hex, 16));
  });
}

/** What stands between `<main>` and `</main>`. */
export function mainOf(html: string): string {
  const main = /<main\b[^>]*>([^]*)<\/main>/i.exec(html);
  if (!main) throw new SyntaxError('there is no <main>');
  return main[1]!;
}

/** The rows of the one table of a Markdown text, each a list of cells with entities and escapes resolved. */
export function tableOf(markdown: string): string[][] {
  const lines = markdown.split(/\r\n|[\n\r]/).filter((line) => line.trimStart().startsWith('|'));
  const rows = lines.map((line) => {
    const cells = line.trim().replace(/^\||\|$/g, '').split(/(?<!\\)\|/);
    return cells.map((cell) => decoded(cell.trim().replaceAll(/\\([!-/:-@[-`{-~])/g, '$1')));
  });
  return rows.filter((_, index) => index !== 1); // what stands below the head
}
