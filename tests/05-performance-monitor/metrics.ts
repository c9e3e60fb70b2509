import { expect } from 'vitest';
import type { MetadataPerformanceMonitor, PerformanceMetrics } from '#exercise/05-performance-monitor';
import type { Clock } from '../clock.ts';

/** What the monitor tells of one operation; the test fails if it is not listed. */
export function metricsOf(monitor: MetadataPerformanceMonitor, operation: string): PerformanceMetrics {
  const { operations } = monitor.getMetrics();
  const listed = operations.map((metrics) => metrics.operation);
  expect(listed, 'operations listed').toContain(operation);
  return operations[listed.indexOf(operation)]!;
}

/** A call of `operation` for each of `durations`, one after the other. */
export function take(
  monitor: MetadataPerformanceMonitor,
  clock: Clock,
  operation: string,
  durations: readonly number[],
): void {
  for (const ms of durations) monitor.measure(operation, () => clock.advance(ms));
}

/** What `run` throws. */
export function thrownBy(run: () => unknown): unknown {
  try {
    run();
  } catch (error) {
    return error;
  }
  return 'nothing was thrown';
}

/** What `promise` is rejected with. */
export const rejectionOf = (promise: Promise<unknown>): Promise<unknown> =>
  promise.then(
    () => 'nothing was rejected',
    (error: unknown) => error,
  );

/** A promise that the test awaits later; when the test fails before that, its rejection is nobody's concern. */
export function meanwhile<T>(promise: Promise<T>): Promise<T> {
  void promise.catch(() => {});
  return promise;
}
