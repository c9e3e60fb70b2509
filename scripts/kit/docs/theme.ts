import { basename, dirname, relative } from 'node:path';
import { type Application, DefaultTheme, JSX, KindRouter, type NavigationElement, type PageEvent, PageEvent as Page, type Reflection } from 'typedoc';
import type { Chapter, Guide } from './chapters.ts';
import { sourceUrl } from './sources.ts';

/** What typedoc is told to write where a source should be linked to; {@link installTheme} makes a link of it. */
export const SOURCE_LINK = 'source:reference/{path}:{line}';

/** Teaches typedoc what is ours: addresses of pages, the order of the guide, and what stands around a chapter. */
export function installTheme(app: Application, guide: Guide): void {
  const chapterOf = (model: unknown) => guide.chapters.find(({ title }) => title === (model as { name?: string }).name);
  const bySlug = new Map(guide.chapters.map((chapter) => [chapter.slug, chapter]));

  app.renderer.defineRouter(
    'guide',
    class extends KindRouter {
      /** Chapters are known by their files, not by their titles. */
      override getIdealBaseName(reflection: Reflection): string {
        const chapter = reflection.isDocument() ? chapterOf(reflection) : undefined;
        return chapter ? `guide/${chapter.slug}` : super.getIdealBaseName(reflection);
      }
    },
  );
  app.renderer.defineTheme(
    'guide',
    class extends DefaultTheme {
      /** The chapters first, then the references, each under a heading. */
      override buildNavigation(project: Parameters<DefaultTheme['buildNavigation']>[0]): NavigationElement[] {
        const elements = super.buildNavigation(project);
        const isChapter = ({ path = '' }: NavigationElement) => path.startsWith('guide/');
        return [...elements.filter(isChapter), { text: 'References', children: elements.filter((element) => !isChapter(element)) }];
      }
    },
  );

  const { hooks } = app.renderer;
  hooks.on('content.begin', ({ page, relativeURL }) => {
    const chapter = chapterOf(page.model);
    return chapter?.exercise && page.model.isDocument() ? desk(chapter, relativeURL) : JSX.createElement(JSX.Fragment, null);
  });
  hooks.on('content.end', ({ page, relativeURL }) => {
    const pages = [{ title: 'Start', url: 'index.html' }, ...guide.chapters.map(({ slug, title }) => ({ title, url: `guide/${slug}.html` }))];
    const at = pages.findIndex(({ url }) => url === page.url);
    if (at === -1) return JSX.createElement(JSX.Fragment, null);
    const link = (index: number, rel: string, label: string) => {
      const to = pages[index];
      return to ? JSX.createElement('a', { rel, href: relativeURL(to.url)! }, JSX.createElement('span', null, label), to.title) : null;
    };
    return JSX.createElement('nav', { class: 'guide-turn', 'aria-label': 'Chapters' }, link(at - 1, 'prev', 'Previous'), link(at + 1, 'next', 'Next'));
  });
  hooks.on('body.end', ({ page, relativeURL }) => {
    const labs = page.model.isDocument() ? (bySlug.get(basename(page.url, '.html'))?.labs ?? []) : [];
    const scripts = labs.map((lab) => JSX.createElement('script', { defer: true, src: relativeURL(`assets/labs/${lab}.js`)! }));
    return JSX.createElement(JSX.Fragment, null, ...scripts);
  });

  const { markedPlugin } = app.renderer;
  const highlight = markedPlugin.getHighlighted;
  markedPlugin.getHighlighted = (text, lang) => withoutTime(() => highlight.call(markedPlugin, text, lang));

  app.renderer.on(Page.END, (page: PageEvent) => {
    const base = relative(dirname(page.url), '.') || '.';
    page.contents = scrolled(inOrder(slim(linked(page.contents!, base)))).replace('id="tsd-search-input"', '$& aria-label="Search"');
  });
}

/**
 * The highlighter gives up on a line after half a second by the clock: on a busy machine the same source would give other
 * bytes.
 */
function withoutTime<T>(run: () => T): T {
  const { now } = Date;
  Date.now = () => 0;
  try {
    return run();
  } finally {
    Date.now = now;
  }
}

/** What belongs to an exercise, above its chapter: the command, and where its files are. */
function desk({ exercise }: Chapter, relativeURL: (url: string) => string | undefined): JSX.Element {
  const { number, folder, minutes } = exercise!;
  const places = [
    ['exercises', 'the exercise'],
    ['solutions', 'the solution'],
    ['reference', 'the reference'],
  ] as const;
  const link = ([tree, label]: (typeof places)[number]) =>
    JSX.createElement('a', { href: relativeURL(`source/${tree}/${folder}.html`)! }, label);
  return JSX.createElement(
    'aside',
    { class: 'guide-desk', 'aria-label': `Exercise ${number}` },
    JSX.createElement('pre', null, JSX.createElement('code', null, `npm run exercise ${number}`), JSX.createElement('button', { type: 'button' }, 'Copy')),
    JSX.createElement('p', null, ...places.flatMap((place, index) => [index > 0 ? ' · ' : '', link(place)]), ` · about ${minutes} minutes`),
  );
}

/** Links to files of the repository lead to the page that shows them. */
function linked(html: string, base: string): string {
  return html.replace(/href="source:([^":]+):(\d+)"/g, (_, path: string, line: string) => `href="${base}/${sourceUrl(path, Number(line))}"`);
}

/** A permalink is a sign in the style sheet, and not a reference to a picture at each heading. */
function slim(html: string): string {
  return html.replace(/(class="tsd-anchor-icon">)<svg.*?<\/svg>/g, '$1');
}

/**
 * Headings that skip no level, as typedoc's own do: each is at most one below that before it. What it was is kept for
 * the style sheet.
 */
function inOrder(html: string): string {
  let level = 1;
  return html.replace(/<h([1-6])\b([^>]*)>([\s\S]*?)<\/h\1>/g, (heading, was: string, attributes: string, content: string) => {
    const is = Math.min(Number(was), level + 1);
    level = is;
    return is === Number(was) ? heading : `<h${is} data-level="${was}"${attributes}>${content}</h${is}>`;
  });
}

/** A table that is wider than the page scrolls, by keyboard too, and the page does not. */
function scrolled(html: string): string {
  return html
    .replaceAll('<table>', '<div class="guide-table" role="region" aria-label="Table" tabindex="0"><table>')
    .replaceAll('</table>', '</table></div>');
}
