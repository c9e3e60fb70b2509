// Time as the monitor is given it: a clock that it reads, and timers that it sets.

/** Milliseconds: a duration, or an instant on the monitor's clock. */
export type Milliseconds = number;

/** Calls `callback` once, `ms` from now, unless the function that it returns is called first. */
export type Schedule = (callback: () => void, ms: Milliseconds) => () => void;

/** Monotonic: it does not jump when the machine's time is set. */
export const processClock = (): Milliseconds => performance.now();

export const processTimers: Schedule = (callback, ms) => {
  const timer = setTimeout(callback, ms);
  return () => clearTimeout(timer);
};

/** The longest that `setTimeout` takes: beyond, it fires at once. */
export const LONGEST_TIMER_MS = 2 ** 31 - 1;
