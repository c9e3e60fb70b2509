import { inspect } from 'node:util';

import type {
  Check,
  CheckKind,
  CheckOptions,
  CheckResult,
  HealthStatus,
  Milliseconds,
  Schedule,
} from '#contract/08-production-monitor';

/** Checks that are run when somebody asks. */
export class HealthChecks {
  // #region solution only
  readonly #checks = new Map<string, Registered>();
  #isDraining = false;
  readonly #now: () => Milliseconds;
  readonly #schedule: Schedule;

  // #endregion
  constructor(now: () => Milliseconds, schedule: Schedule) {
    // #region solution only
    this.#now = now;
    this.#schedule = schedule;
    // #endregion
  }

  /** @throws RangeError if there is a check of that name, or an option is wrong */
  add(name: string, check: Check, { kind = 'ready', timeoutMs = 1_000 }: CheckOptions = {}): void {
    // #region step 8.3
    if (this.#checks.has(name)) throw new RangeError(`there is a check called ${name}`);
    if (kind !== 'live' && kind !== 'ready') {
      throw new RangeError(`kind must be live or ready, received ${inspect(kind)}`);
    }
    if (!(timeoutMs >= 1 && timeoutMs < 2 ** 31)) {
      throw new RangeError(`timeoutMs must be from 1 to 2147483647, received ${inspect(timeoutMs)}`);
    }
    this.#checks.set(name, { name, check, kind, timeoutMs, running: undefined });
    // #endregion
  }

  /** Runs all checks, or those of one kind, side by side. Never rejects; takes no longer than their timeouts. */
  async run(kind?: CheckKind): Promise<HealthStatus> {
    // #region step 8.3
    const asked = [...this.#checks.values()].filter((check) => kind === undefined || check.kind === kind);
    const checks = await Promise.all(asked.map((check) => (check.running ??= this.#begin(check))));
    const live = checks.every((check) => check.ok || check.kind === 'ready');
    return { live, ready: !this.#isDraining && checks.every(({ ok }) => ok), checks };
    // #endregion
  }

  /** From now on the process is not ready. */
  drain(): void {
    // #region step 8.3
    this.#isDraining = true;
    // #endregion
  }
  // #region solution only

  #begin(registered: Registered): Promise<CheckResult> {
    const { name, kind, check, timeoutMs } = registered;
    const startedAt = this.#now();
    return new Promise((resolve) => {
      const answer = (error?: string) => {
        const ok = error === undefined;
        resolve({ name, kind, ok, durationMs: Math.max(0, this.#now() - startedAt), ...(!ok && { error }) });
      };
      const cancelTimeout = this.#schedule(() => answer(`no answer within ${timeoutMs} ms`), timeoutMs);
      const settled = (error?: string) => {
        cancelTimeout();
        answer(error);
        registered.running = undefined; // and not at the timeout: what hangs is not begun once more
      };
      const outcome = new Promise((begin) => begin(check()));
      outcome.then(() => settled(), (error: unknown) => settled(messageOf(error)));
    });
  }
  // #endregion
}
// #region solution only

interface Registered {
  readonly name: string;
  readonly check: Check;
  readonly kind: CheckKind;
  readonly timeoutMs: Milliseconds;
  /** Until it has answered. */
  running: Promise<CheckResult> | undefined;
}

function messageOf(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message : error);
  } catch {
    return 'an error that has no text'; // such as an object without a prototype
  }
}
// #endregion
