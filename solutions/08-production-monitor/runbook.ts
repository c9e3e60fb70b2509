import {
  type AlertRule,
  type Condition,
  type Milliseconds,
  RUNBOOK_SECTIONS,
  SHOP,
  type Signal,
} from '#contract/08-production-monitor';

// #region solution only
const MINUTE = 60_000;
const HOUR = 60 * MINUTE;

const requests: Signal = { metric: SHOP.requests };
const errors: Signal = { metric: SHOP.requests, where: { outcome: 'error' } };
const slow: Signal = { metric: SHOP.requests, over: SHOP.slowSeconds };

const burn = (bad: Signal, objective: number, factor: number, windowsMs: readonly Milliseconds[]): Condition => {
  return { kind: 'burn', bad, total: requests, objective, factor, windowsMs };
};

interface Chapter {
  readonly rule: Omit<AlertRule, 'runbook'>;
  /** One text for each of {@link RUNBOOK_SECTIONS}. */
  readonly sections: readonly string[];
}

const sh = (...commands: string[]) => `\`\`\`sh\n${commands.join('\n')}\n\`\`\``;

const CHAPTERS: readonly Chapter[] = [
  {
    rule: {
      name: 'errors-burn-fast',
      severity: 'page',
      summary: 'At this pace the error budget of the month is gone in two days',
      when: burn(errors, SHOP.availability, 14.4, [HOUR, 5 * MINUTE]),
    },
    sections: [
      'More than 1.44 % of all requests have failed over the last hour, and over the last five minutes.',
      'Pages that say that something went wrong; orders that have to be placed again.',
      `Is it one route, or all? \`${SHOP.requests}\` tells by its labels.\n\n` +
        sh(`curl -s ${SHOP.url}/metrics | grep error | sort | head`, `curl -s ${SHOP.url}/health/ready`),
      'Take back what was deployed last. If it is one route, switch that off; then look for the cause.',
    ],
  },
  {
    rule: {
      name: 'errors-burn-slowly',
      severity: 'ticket',
      summary: 'At this pace the error budget does not last the month',
      when: burn(errors, SHOP.availability, 2, [6 * HOUR, 30 * MINUTE]),
    },
    sections: [
      'More than 0.2 % of all requests have failed over six hours, and over the last half an hour.',
      'Hardly anything: one page in some hundreds has to be loaded twice.',
      `The errors in \`${SHOP.requests}\` that grow between two looks are those to follow.\n\n` +
        sh(`curl -s ${SHOP.url}/metrics | grep error`),
      'Find the commonest error in the log of today, and mend it in the coming days.',
    ],
  },
  {
    rule: {
      name: 'requests-are-slow',
      severity: 'page',
      summary: `More than a tenth of all requests take longer than ${SHOP.slowSeconds} s`,
      when: burn(slow, SHOP.promptness, 10, [30 * MINUTE, 5 * MINUTE]),
    },
    sections: [
      `A tenth of the requests are beyond ${SHOP.slowSeconds} s, over half an hour and over five minutes.`,
      'Waiting; then they press the button again, which makes it worse.',
      `Compare the buckets of \`${SHOP.requests}\` by route, and ask the database how it is.\n\n` +
        sh(`curl -s ${SHOP.url}/health/ready`, `curl -s ${SHOP.url}/metrics | grep bucket`),
      'Shed load: fewer results a page, no recommendations. If a check hangs, go on with what it checks.',
    ],
  },
  {
    rule: {
      name: 'no-traffic',
      severity: 'page',
      summary: 'Hardly any request has arrived for minutes',
      when: {
        kind: 'rate',
        signal: requests,
        windowMs: 3 * MINUTE,
        is: 'below',
        threshold: SHOP.fewestPerSecond / 4,
      },
      forMs: 2 * MINUTE,
    },
    sections: [
      'There is less than a quarter of what there is at four in the morning. No errors, since nobody asks.',
      'The shop is not there at all: the name, the certificate or the load balancer.',
      `See whether \`${SHOP.requests}\` grows at all, and whether the process calls itself ready.\n\n` +
        sh(`curl -s ${SHOP.url}/metrics | grep count`, `curl -s ${SHOP.url}/health/live`),
      'Call the shop from outside. If that fails and these answer, the cause is in front of the process.',
    ],
  },
  {
    rule: {
      name: 'heap-fills',
      severity: 'ticket',
      summary: 'The heap has been nearly full for a quarter of an hour',
      when: {
        kind: 'value',
        signal: { metric: SHOP.heap },
        is: 'above',
        threshold: 0.75 * SHOP.heapLimitBytes,
        clear: 0.65 * SHOP.heapLimitBytes,
      },
      forMs: 15 * MINUTE,
    },
    sections: [
      'Collections no longer bring the heap below three quarters of its limit: something is kept.',
      'Nothing yet; soon short pauses, and then all that runs on this process at the moment of its end.',
      `Is \`${SHOP.heap}\` still growing? The dashboard shows it.\n\n` +
        sh(`curl -s ${SHOP.url}/dashboard | grep heap`),
      'Restart the processes one by one before the night. Compare two heap snapshots taken an hour apart.',
    ],
  },
];

// #endregion
/**
 * The alerts of the shop, each with the place in the {@link runbook} where it is written what to do. What the
 * shop measures, and what is asked of it: `SHOP` in the contract.
 */
export function alertRules(): AlertRule[] {
  // #region step 8.7
  return CHAPTERS.map(({ rule }) => ({ ...rule, runbook: `#${rule.name}` }));
  // #endregion
}

/**
 * What to do, in Markdown: a heading of the second level for each alert, and below it one of the third for
 * each of `RUNBOOK_SECTIONS`. Commands stand in blocks of `sh`, one a line.
 */
export function runbook(): string {
  // #region step 8.7
  const chapters = CHAPTERS.map(({ rule, sections }) => {
    const texts = RUNBOOK_SECTIONS.map((title, index) => `### ${title}\n\n${sections[index]!}`);
    return [`## ${rule.name}`, `${rule.summary} (${rule.severity}).`, ...texts].join('\n\n');
  });
  return ['# Runbook of the shop', ...chapters].join('\n\n') + '\n';
  // #endregion
}
