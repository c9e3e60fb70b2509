/** An element of an XML document; `text` is what stands in it directly. */
export interface Element {
  readonly tag: string;
  readonly attributes: Readonly<Record<string, string>>;
  readonly children: Element[];
  text: string;
}

/** What XML 1.0 must not contain, not even as an entity. */
const FORBIDDEN = /[^\t\n\r\u{20}-\u{D7FF}\u{E000}-\u{FFFD}\u{10000}-\u{10FFFF}]/u;

const NAME = '[A-Za-z_][\\w:.-]*';
const ATTRIBUTE = `\\s+(${NAME})\\s*=\\s*("[^"<]*"|'[^'<]*')`;
const TOKEN = new RegExp(
  `<\\?[^?]*\\?>|<!--(?:(?!--)[^])*-->|<(/?)(${NAME})((?:${ATTRIBUTE})*)\\s*(/?)>|([^<]+)`,
  'y',
);

const ENTITIES: Readonly<Record<string, string>> = { amp: '&', lt: '<', gt: '>', quot: '"', apos: "'" };

/**
 * Reads a small document: elements, attributes, text and entities, no CDATA and no DTD.
 *
 * @throws SyntaxError if it is not well-formed
 */
export function parseXml(text: string): Element {
  const forbidden = FORBIDDEN.exec(text);
  if (forbidden) throw new SyntaxError(`a character that XML cannot have, at ${near(text, forbidden.index)}`);
  const document: Element = { tag: '', attributes: {}, children: [], text: '' };
  const open = [document];
  TOKEN.lastIndex = 0;
  while (TOKEN.lastIndex < text.length) {
    const from = TOKEN.lastIndex;
    const token = TOKEN.exec(text);
    if (!token) throw new SyntaxError(`neither a tag nor text, at ${near(text, from)}`);
    const [, slash, tag, attributes = '', , , isEmpty, content] = token;
    const inner = open.at(-1)!;
    if (content !== undefined) inner.text += decoded(content);
    if (tag === undefined) continue;
    if (slash) {
      if (inner.tag !== tag) throw new SyntaxError(`</${tag}> where </${inner.tag}> is due`);
      open.pop();
      continue;
    }
    const element: Element = { tag, attributes: readAttributes(attributes), children: [], text: '' };
    inner.children.push(element);
    if (!isEmpty) open.push(element);
  }
  if (open.length > 1) throw new SyntaxError(`<${open.at(-1)!.tag}> is not closed`);
  if (document.children.length !== 1) throw new SyntaxError('there must be one outermost element');
  return document.children[0]!;
}

function readAttributes(text: string): Record<string, string> {
  const attributes: Record<string, string> = {};
  for (const [, name, quoted] of text.matchAll(new RegExp(ATTRIBUTE, 'g'))) {
    if (Object.hasOwn(attributes, name!)) throw new SyntaxError(`the attribute ${name} stands there twice`);
    attributes[name!] = decoded(quoted!.slice(1, -1));
  }
  return attributes;
}

function decoded(text: string): string {
  return text.replaceAll(/&(?:#(\d+);|#x([\da-f]+);|(\w+);)?/gi, (entity, decimal, hex, name) => {
    const code = decimal ? Number(decimal) : hex ? Number.parseInt(hex, 16) : undefined;
    const character = code === undefined ? ENTITIES[name] : String.fromCodePoint(code);
    if (character === undefined || FORBIDDEN.test(character)) throw new SyntaxError(`no entity: ${near(text, text.indexOf(entity))}`);
    return character;
  });
}

const near = (text: string, index: number) => JSON.stringify(text.slice(index, index + 30));

/** What a flame graph shows of one node of the tree. */
export interface Flame {
  readonly title: string;
  readonly x: number;
  readonly y: number;
  readonly width: number;
  readonly height: number;
  /** What is written at it, if anything is. */
  readonly label: { readonly x: number; readonly y: number; readonly text: string } | undefined;
}

/** How large the picture is: its `viewBox`, or else its `width` and `height`. */
export function sizeOf(svg: string): { width: number; height: number } {
  const { attributes } = parseXml(svg);
  const [, , width, height] = (attributes['viewBox'] ?? '').split(/[\s,]+/).map(Number);
  return { width: width ?? Number(attributes['width']), height: height ?? Number(attributes['height']) };
}

/** The flames of a graph, from left to right and from the outermost inwards. */
export function flamesOf(svg: string): Flame[] {
  const flames: Flame[] = [];
  const visit = (element: Element) => {
    const title = element.children.find(({ tag }) => tag === 'title');
    const rect = element.children.find(({ tag }) => tag === 'rect');
    if (element.tag === 'g' && title && rect) {
      const numbers = (from: Element, ...names: string[]) => names.map((name) => Number(from.attributes[name] ?? NaN));
      const [x, y, width, height] = numbers(rect, 'x', 'y', 'width', 'height');
      const text = element.children.find(({ tag }) => tag === 'text');
      const [left, baseline] = text ? numbers(text, 'x', 'y') : [];
      const label = text && { x: left!, y: baseline!, text: text.text };
      flames.push({ title: title.text, x: x!, y: y!, width: width!, height: height!, label });
    }
    for (const child of element.children) visit(child);
  };
  visit(parseXml(svg));
  return flames.sort((a, b) => a.y - b.y || a.x - b.x);
}
