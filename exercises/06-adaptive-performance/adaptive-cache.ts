import type { EntryOptions, WarmEntry, WarmOptions, WarmReport } from '#contract/01-metadata-cache';
import {
  type AdaptiveCacheOptions,
  CALM_READINGS,
  GROW_SHARE,
  HIGH_PRESSURE,
  LEAST_SHARE,
  LOW_PRESSURE,
  type MemoryReading,
  type PartitionInfo,
  type PartitionStrategy,
  readMemory,
  SHRINK_FACTOR,
} from '#contract/06-adaptive-performance';
import { OptimizedMetadataCache } from '#exercise/01-metadata-cache';
import { todo } from '#todo';

/** How near the process is to a limit of its memory: 0 is far away, 1 is there. */
export function memoryPressure(reading: MemoryReading = readMemory()): number {
  todo('6.1');
}

/**
 * A cache that gives way when memory is short, that can be filled with what will be needed, and that can be
 * divided, so that no kind of entries pushes out another.
 *
 * Its capacity is `maxEntries` at first. Who goes when room is needed is the least recently used entry of the
 * partition that has the most above its capacity.
 */
export class AdaptiveCache extends OptimizedMetadataCache {
  /**
   * @throws TypeError if an option has the wrong type
   * @throws RangeError if a number is out of its range
   */
  constructor({ maxEntries, minEntries = 1, load, ...options }: AdaptiveCacheOptions) {
    // The parent is not bounded by number: it could not know whose entry should go.
    super({
      ...options,
      onEvict: (key, value, reason) => {
        todo('6.1');
      },
    });
    todo('6.1');
  }

  /** How many entries may be kept at the moment. */
  get capacity(): number {
    return todo('6.1');
  }

  // A parent may have a `get` without a factory too, as the reference has: hand yours on as `factory!`.
  override get<T>(key: string, factory?: () => T): T {
    todo('6.1');
  }

  override set<T>(key: string, value: T, options: EntryOptions = {}): boolean {
    todo('6.1');
  }

  override delete(key: string): boolean {
    todo('6.1');
  }

  override clear(): void {
    todo('6.1');
  }

  override stats(): ReturnType<OptimizedMetadataCache['stats']> {
    todo('6.1');
  }

  override resetStats(): void {
    todo('6.1');
  }

  /**
   * Takes a reading of {@link memoryPressure} into account: shrinks at once where memory is short, grows
   * slowly when it has been calm for a while.
   *
   * @param memoryPressure from 0
   * @throws RangeError if it is less, or NaN
   */
  adaptCacheSize(memoryPressure: number): void {
    todo('6.1');
  }

  /** As its parent's, into the room that {@link capacity} leaves. */
  override async warm(
    source: Iterable<WarmEntry> | AsyncIterable<WarmEntry>,
    options: WarmOptions = {},
  ): Promise<WarmReport> {
    todo('6.1');
  }

  /**
   * Loads what will probably be asked for into the room that is free. Nobody is evicted for it, it is the
   * first to be evicted again, and what fails to load is left out.
   *
   * @param predictedKeys the likeliest first
   * @throws TypeError if the cache was made without `load` (as a rejection)
   */
  async warmCache(predictedKeys: readonly string[]): Promise<void> {
    todo('6.1');
  }

  /**
   * Divides the capacity. What is kept stays, in the partition of its key. From then on capacity moves to the
   * partition in which it brings the most hits, weighed by what they are worth.
   *
   * @throws RangeError if the shares are not above 0 and 1 together, or a worth is not above 0; later, from
   *   what uses a key, if it belongs to a partition that has no share
   */
  partitionCache(strategy: PartitionStrategy): void {
    todo('6.2');
  }

  /** The partitions as they are at the moment, in the order of their shares. */
  partitions(): PartitionInfo[] {
    todo('6.2');
  }
}
