/** A browser reports no collections. */
export const constants = { NODE_PERFORMANCE_GC_MINOR: 1, NODE_PERFORMANCE_GC_MAJOR: 4 };

export const { PerformanceObserver, performance } = globalThis;
