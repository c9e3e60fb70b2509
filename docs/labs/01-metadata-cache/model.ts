import { OptimizedMetadataCache, type PolicyName } from '../../../reference/01-metadata-cache/index.ts';
import type { Trace } from './traffic.ts';

/** What one request did, and what the cache looks like after it. */
export interface Moment {
  readonly key: string;
  readonly isHit: boolean;
  /** The key that went for it. */
  readonly evicted?: string;
  /** The keys in the cache, in the policy's order, with the hits that each has had. */
  readonly kept: readonly { readonly key: string; readonly hits: number }[];
  /** Hits ÷ requests so far, from 0 to 1. */
  readonly hitRatio: number;
}

/** Sends a trace through a cache of the reference, request by request. */
export function play(trace: Trace, maxEntries: number, policy: PolicyName): Moment[] {
  let evicted: string | undefined;
  const cache = new OptimizedMetadataCache({ maxEntries, policy, now: () => 0, onEvict: (key) => (evicted = key) });
  return trace.map((key) => {
    evicted = undefined;
    const isHit = cache.has(key);
    cache.get(key, () => key);
    const kept = [...cache.keys()].map((key) => ({ key, hits: cache.entry(key)!.hits }));
    return { key, isHit, kept, hitRatio: cache.stats().hitRatio, ...(evicted !== undefined && { evicted }) };
  });
}

export interface Total {
  readonly hits: number;
  readonly misses: number;
  readonly evictions: number;
  readonly hitRatio: number;
}

export function totalOf(moments: readonly Moment[]): Total {
  const hits = moments.filter(({ isHit }) => isHit).length;
  const evictions = moments.filter(({ evicted }) => evicted !== undefined).length;
  return { hits, misses: moments.length - hits, evictions, hitRatio: moments.at(-1)?.hitRatio ?? 0 };
}
