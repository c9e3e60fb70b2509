import {
  type AlertRule,
  type Condition,
  type Milliseconds,
  RUNBOOK_SECTIONS,
  SHOP,
  type Signal,
} from '#contract/08-production-monitor';
import { todo } from '#todo';

/**
 * The alerts of the shop, each with the place in the {@link runbook} where it is written what to do. What the
 * shop measures, and what is asked of it: `SHOP` in the contract.
 */
export function alertRules(): AlertRule[] {
  todo('8.7');
}

/**
 * What to do, in Markdown: a heading of the second level for each alert, and below it one of the third for
 * each of `RUNBOOK_SECTIONS`. Commands stand in blocks of `sh`, one a line.
 */
export function runbook(): string {
  todo('8.7');
}
