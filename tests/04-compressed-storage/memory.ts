import { macrotask } from '../deferred.ts';

/** In bytes, after all garbage is collected. */
interface Usage {
  readonly heap: number;
  /** Off the heap. */
  readonly buffers: number;
}

/** What the result of `make` holds, with all that it refers to. */
export async function heldBy(make: () => unknown): Promise<Usage & { readonly result: unknown }> {
  const before = await usage();
  const result = make();
  const after = await usage();
  return { heap: after.heap - before.heap, buffers: after.buffers - before.buffers, result };
}

async function usage(): Promise<Usage> {
  // Twice: what was allocated while the collector marked outlives the first.
  for (let round = 0; round < 2; round++) {
    await macrotask();
    globalThis.gc!();
  }
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return { heap: heapUsed, buffers: arrayBuffers };
}

/** How many bytes `run` asks of Buffer, which is where zlib has its room from. */
export function allocatedBy(run: () => void): number {
  let bytes = 0;
  const undo: (() => void)[] = [];
  for (const name of ['alloc', 'allocUnsafe', 'allocUnsafeSlow', 'concat'] as const) {
    const original = Buffer[name] as (...args: unknown[]) => Buffer;
    undo.push(() => Object.assign(Buffer, { [name]: original }));
    const counted = (...args: unknown[]) => {
      const buffer = original(...args);
      bytes += buffer.length;
      return buffer;
    };
    Object.assign(Buffer, { [name]: counted });
  }
  try {
    run();
  } finally {
    for (const restore of undo) restore();
  }
  return bytes;
}

/** Collects garbage, and lets finalizers run, until `isDone` or five times. */
export async function collectUntil(isDone: () => boolean): Promise<void> {
  for (let round = 0; round < 5; round++) {
    await macrotask(); // a WeakRef holds what it gave until the end of the task
    globalThis.gc!();
    for (let turn = 0; turn < 3; turn++) await macrotask();
    if (isDone()) return;
  }
}
