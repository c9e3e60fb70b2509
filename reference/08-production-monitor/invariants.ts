// For tests: what must hold of a registry at any time.

import { OVERFLOW } from './series.ts';
import { metricsOf, type MetricsRegistry } from './registry.ts';

/** Throws an error that says what is not as it should be. O(series × labels). */
export function checkInvariants(registry: MetricsRegistry, maxSeries: number): void {
  for (const { description, series } of metricsOf(registry)) {
    const { name, labelNames, bounds } = description;
    const ordinary = series.all.filter(({ labels }) => !isOverflow(Object.values(labels)));
    const { length } = series.all;
    if (labelNames.length > 0 && length > ordinary.length + 1) throw new Error(`${name} overflows twice`);
    if (ordinary.length > maxSeries) throw new Error(`${name} has ${ordinary.length} series of ${maxSeries}`);
    for (const one of series.all) {
      if (!Object.isFrozen(one.labels)) throw new Error(`the labels of a series of ${name} can change`);
      if (series.find(one.labels) !== one) throw new Error(`${name} finds another series than it has`);
      if ('counts' in one && one.counts.length !== bounds.length + 1) throw new Error(`${name} lost a bucket`);
    }
    if (series.all.length !== length) throw new Error(`${name} did not find what it has`);
  }
}

const isOverflow = (values: readonly string[]) => values.every((value) => value === OVERFLOW);
