// What the process of a shop is told, and what it answers.

/** The last two are the program of `after`, whose requests the monitor times not at all, or so many times each. */
export type ShopName = 'before' | 'after' | 'unwatched' | 'overwatched';

/** To time a request once costs less than what a machine is off by; so many times, it can be seen. */
export const OVERWATCHED = 10;

export interface ShopSettings {
  readonly shops: readonly ShopName[];
  /** Whether the monitor of exercise 8 times each request, and can be asked. */
  readonly isWatched: boolean;
  /** Whether that of exercise 5 measures what requests consist of. */
  readonly isProfiled: boolean;
  /** Where the monitor listens; 0 for any port that is free. */
  readonly monitorPort: number;
}

export interface Addresses {
  readonly shops: Readonly<Partial<Record<ShopName, string>>>;
  /** Of the monitor, where one watches. */
  readonly monitor?: string;
}
