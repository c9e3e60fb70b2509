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
import { todo } from '#todo';

/** Checks that are run when somebody asks. */
export class HealthChecks {
  constructor(now: () => Milliseconds, schedule: Schedule) {
  }

  /** @throws RangeError if there is a check of that name, or an option is wrong */
  add(name: string, check: Check, { kind = 'ready', timeoutMs = 1_000 }: CheckOptions = {}): void {
    todo('8.3');
  }

  /** Runs all checks, or those of one kind, side by side. Never rejects; takes no longer than their timeouts. */
  async run(kind?: CheckKind): Promise<HealthStatus> {
    todo('8.3');
  }

  /** From now on the process is not ready. */
  drain(): void {
    todo('8.3');
  }
}
