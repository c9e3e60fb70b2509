import type { CallNode, PerformanceMetrics, PerformanceReport } from '#contract/05-performance-monitor';
import { todo } from '#todo';

/**
 * A table for people: a line for each operation, the largest self time first. Times are rounded to three
 * digits; `JSON.stringify(report)` is for machines.
 */
export function formatReport(report: PerformanceReport): string {
  todo('5.7');
}

/**
 * A flame graph as an SVG document: below each operation stands what was nested in it, as wide as all the
 * self time in it. What ran side by side stands side by side.
 *
 * After Brendan Gregg's.
 */
export function flameGraph(tree: readonly CallNode[]): string {
  todo('5.7');
}
