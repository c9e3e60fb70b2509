// What references read of the global `process`.

const bigint = (): bigint => BigInt(Math.round(performance.now() * 1e6));

(globalThis as { process?: unknown }).process ??= { hrtime: { bigint }, memoryUsage: () => ({ heapUsed: 0 }), env: {} };

export {};
