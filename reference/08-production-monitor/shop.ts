// The shop's alerts and their runbook: one list, from which both are made, so that neither lacks what the other has.

import type { AlertRule } from './alerts.ts';
import type { BurnCondition, Signal } from './conditions.ts';

/** What the shop counts, and what it has promised. */
export const SHOP = {
  /** Histogram; labels `route` and `outcome`, which is `ok` or `error`; default buckets. */
  requests: 'http_request_seconds',
  /** Gauge, no labels. */
  heap: 'heap_used_bytes',
  /** Full: the process ends. */
  heapLimitBytes: 512_000_000,
  /** So many of all requests succeed. */
  availability: 0.999,
  /** Longer than this is slow. */
  slowSeconds: 0.5,
  /** So many of all requests are not slow. */
  promptness: 0.99,
  /** The fewest requests a second at any time of the day. */
  fewestPerSecond: 1,
  /** From tick to tick. */
  tickMs: 60_000,
  /** What the monitor listens on. */
  url: 'http://127.0.0.1:9464',
} as const;

/** What is said of each alert, in this order. */
export const RUNBOOK_SECTIONS = ['What it means', 'What users notice', 'Where to look', 'What to do'] as const;

/** The programs of which a runbook's commands consist. */
export const RUNBOOK_PROGRAMS: readonly string[] = ['curl', 'grep', 'head', 'npm', 'sort', 'tail'];

interface Chapter {
  readonly rule: AlertRule;
  readonly means: string;
  readonly noticed: string;
  readonly look: string;
  readonly commands: readonly string[];
  readonly steps: string;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;

const ALL: Signal = { metric: SHOP.requests };
const FAILED: Signal = { ...ALL, where: { outcome: 'error' } };
const SLOW: Signal = { ...ALL, over: SHOP.slowSeconds };

const ask = (path: string, ...filters: string[]) => [`curl -s ${SHOP.url}${path}`, ...filters].join(' | ');

/**
 * An alert on the part of the requests that was bad, not on their number: five errors a minute are a disaster at night
 * and nothing at noon. The long window has to be spent at the same pace, so that two bad minutes wake nobody.
 */
function burning(bad: Signal, objective: number, factor: number, long: number, short: number): BurnCondition {
  return { kind: 'burn', bad, total: ALL, objective, factor, windowsMs: [long, short] };
}

const CHAPTERS: readonly Chapter[] = [
  {
    rule: {
      name: 'many-requests-fail',
      severity: 'page',
      summary: 'So many requests fail that the budget of thirty days is spent in two',
      when: burning(FAILED, SHOP.availability, 14.4, HOUR_MS, 5 * MINUTE_MS),
      keepFiringMs: 10 * MINUTE_MS,
    },
    means:
      'Of the requests of the last hour more than 14.4 in 1,000 have failed, and of the last five ' +
      'minutes, too.',
    noticed: 'Error pages, and orders that are gone.',
    look:
      `Errors are counted in \`${SHOP.requests}\`, by route. ` +
      'A check that fails says on what all of them depend.',
    commands: [ask('/metrics', `grep _count`, `grep error`), ask('/health/ready')],
    steps:
      'If something was deployed within the hour, take it back first and ask afterwards. ' +
      'If one route fails, turn it off.',
  },
  {
    rule: {
      name: 'some-requests-fail',
      severity: 'ticket',
      summary: 'More requests fail, hour after hour, than the objective allows',
      when: burning(FAILED, SHOP.availability, 2, 6 * HOUR_MS, 30 * MINUTE_MS),
    },
    means:
      'More than 2 in 1,000 have failed in six hours, and it is still so. ' +
      'In two weeks the budget of the month is gone.',
    noticed: 'A page that has to be loaded again, now and then.',
    look: `Look twice, some minutes apart: the series of \`${SHOP.requests}\` that has grown is the one.`,
    commands: [ask('/metrics', 'grep _count', 'grep error', 'sort')],
    steps: 'Reproduce one of these errors at your desk, and mend its cause this week.',
  },
  {
    rule: {
      name: 'requests-are-slow',
      severity: 'page',
      summary: `More than one in ten requests takes longer than ${SHOP.slowSeconds} s`,
      when: burning(SLOW, SHOP.promptness, 10, 30 * MINUTE_MS, 5 * MINUTE_MS),
      keepFiringMs: 10 * MINUTE_MS,
    },
    means: `For half an hour one request in ten, or more, has taken longer than ${SHOP.slowSeconds} s.`,
    noticed: 'They wait. Some ask again, and thereby make it worse.',
    look:
      `The buckets of \`${SHOP.requests}\` say which route it is. ` +
      'The checks take long where the cause is behind them.',
    commands: [ask('/metrics', `grep 'le="0.5"'`), ask('/health/ready')],
    steps:
      'Give the process less to do: turn off what is dear and can be missed. ' +
      'More processes help only if the CPU is busy.',
  },
  {
    rule: {
      name: 'nobody-asks',
      severity: 'page',
      summary: 'There are fewer requests than there ever are',
      when: {
        kind: 'rate',
        signal: ALL,
        windowMs: 3 * MINUTE_MS,
        is: 'below',
        threshold: SHOP.fewestPerSecond / 4,
        clear: SHOP.fewestPerSecond / 2,
      },
      forMs: 2 * MINUTE_MS,
    },
    means:
      'Requests are a quarter of those of the quietest hour. ' +
      'No other alert can fire, for nothing is there to fail.',
    noticed: 'The shop does not open at all.',
    look:
      `If \`${SHOP.requests}\` stands still while the process says that it is ready, the way to it is ` +
      'blocked.',
    commands: [ask('/health/live'), ask('/metrics', 'grep _count', 'tail -n 5')],
    steps:
      'Open the shop from a telephone. ' +
      'Then go from outside to inside: name, certificate, load balancer, process.',
  },
  {
    rule: {
      name: 'heap-is-filling',
      severity: 'ticket',
      summary: 'The heap stays nearly full, whatever is collected',
      when: {
        kind: 'value',
        signal: { metric: SHOP.heap },
        is: 'above',
        threshold: 0.75 * SHOP.heapLimitBytes,
        clear: 0.6 * SHOP.heapLimitBytes,
      },
      forMs: 15 * MINUTE_MS,
    },
    means:
      'A heap that is full for a minute is about to be collected. ' +
      'This one has been for a quarter of an hour: it leaks.',
    noticed: 'Short pauses. In some hours, whatever they are doing when the process ends.',
    look:
      `The dashboard shows \`${SHOP.heap}\`. ` + `Compare it with the limit of ${SHOP.heapLimitBytes / 1e6} MB.`,
    commands: [ask('/metrics', `grep ${SHOP.heap}`, 'tail -n 1')],
    steps:
      'Restart the processes one after another today. ' +
      'Find out what grew by two heap snapshots, an hour apart.',
  },
];

/** The alerts of the shop. */
export function alertRules(): AlertRule[] {
  return CHAPTERS.map(({ rule }) => ({ ...rule, runbook: `#${rule.name}` }));
}

/** What to do when one fires, in Markdown: a chapter for each. */
export function runbook(): string {
  return `# Runbook\n\n${CHAPTERS.map(chapterOf).join('\n')}`;
}

function chapterOf({ rule, means, noticed, look, commands, steps }: Chapter): string {
  const texts = [means, noticed, `${look}\n\n\`\`\`sh\n${commands.join('\n')}\n\`\`\``, steps];
  const sections = RUNBOOK_SECTIONS.map((title, i) => `### ${title}\n\n${texts[i]}\n`);
  return `## ${rule.name}\n\n${rule.summary}: a ${rule.severity}.\n\n${sections.join('\n')}`;
}
