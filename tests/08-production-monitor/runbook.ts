import type { AlertRule } from '#exercise/08-production-monitor';

/** What stands below one heading of the second level. */
export interface Chapter {
  readonly title: string;
  readonly text: string;
  /** By headings of the third level, in order. */
  readonly sections: { readonly title: string; readonly text: string }[];
}

/** Reads headings and what stands below them; what stands in a block of code is no heading. */
export function chaptersOf(markdown: string): Chapter[] {
  return split(markdown, '## ').map(({ title, text }) => ({ title, text, sections: split(text, '### ') }));
}

function split(markdown: string, mark: string): { title: string; text: string }[] {
  const parts: { title: string; text: string }[] = [];
  let isCode = false;
  for (const line of markdown.split('\n')) {
    if (line.startsWith('```')) isCode = !isCode;
    if (!isCode && line.startsWith(mark)) parts.push({ title: line.slice(mark.length).trim(), text: '' });
    else if (parts.length > 0) parts.at(-1)!.text += `${line}\n`;
  }
  return parts;
}

/** The commands of its blocks of `sh`, one a line. */
export function commandsOf(markdown: string): string[] {
  const blocks = [...markdown.matchAll(/^```sh\n([^]*?)^```/gm)].map(([, block]) => block!);
  return blocks.flatMap((block) => block.split('\n')).filter((line) => !/^\s*(#|$)/.test(line));
}

/** The programs of a command that are joined by pipes, each with its arguments. */
export const programsOf = (command: string): string[][] =>
  command.split('|').map((part) => part.trim().split(/\s+/));

/** The anchor that a heading has on GitHub. */
export const anchorOf = (title: string): string =>
  `#${title.toLowerCase().replaceAll(/[^\p{L}\p{N}\s_-]/gu, '').replaceAll(/\s/g, '-')}`;

/** The metrics that a rule looks at. */
export function metricsOf({ when }: AlertRule): string[] {
  return (when.kind === 'burn' ? [when.bad, when.total] : [when.signal]).map(({ metric }) => metric);
}
