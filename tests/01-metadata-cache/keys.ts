import type { OptimizedMetadataCache } from '#exercise/01-metadata-cache';

/** Stores an entry for each letter, in order. */
export function store(cache: OptimizedMetadataCache, letters: string): void {
  for (const letter of letters) cache.set(letter, `value of ${letter}`);
}

/** The letters that the cache has. To look is not to use. */
export function kept(cache: OptimizedMetadataCache, letters: string): string {
  return [...letters].filter((letter) => cache.has(letter)).join('');
}
