// What the members of a batch wait behind. Why it is a promise: see index.ts.

/** A promise that many wait behind, and the two ways to let them go. */
export interface Gate {
  readonly passed: Promise<void>;
  open(): void;
  /** Nobody passes: whoever waits gets `error`. */
  refuse(error: unknown): void;
}

export function newGate(): Gate {
  let open!: () => void;
  let refuse!: (error: unknown) => void;
  const passed = new Promise<void>((resolve, reject) => {
    open = resolve;
    refuse = reject;
  });
  return { passed, open, refuse };
}
