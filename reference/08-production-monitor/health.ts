// How the process is: checks that are asked when somebody wants to know.

import { inspect } from 'node:util';
import { LONGEST_TIMER_MS, type Milliseconds, type Schedule } from './clock.ts';

/**
 * Passes when it returns or its promise is fulfilled, whatever the value; fails when it throws or its promise is
 * rejected.
 *
 * @param signal aborted at the timeout: what nobody waits for any more need not hold a connection
 */
export type Check = (signal: AbortSignal) => unknown;

/** What its failure asks for: that the process be started anew, or only that it be given no requests. */
export type CheckKind = 'live' | 'ready';

/** What a check is for, and how long it may take. */
export interface CheckOptions {
  /** @default 'ready' */
  kind?: CheckKind;
  /** How long it may take, from 1 to 2,147,483,647; then it has failed. @default 1000 */
  timeoutMs?: Milliseconds;
}

/** What became of one check. */
export interface CheckResult {
  readonly name: string;
  readonly kind: CheckKind;
  readonly ok: boolean;
  readonly durationMs: Milliseconds;
  /** What was thrown, or that there was no answer; absent if it is ok. */
  readonly error?: string;
}

/** What became of all checks that were asked, and what follows from it. */
export interface HealthStatus {
  /** All checks of kind `live` have passed. */
  readonly live: boolean;
  /** All checks have passed, and the process does not drain. */
  readonly ready: boolean;
  /** In the order in which they were added. */
  readonly checks: readonly CheckResult[];
}

/** Some checks, run side by side. */
export class HealthChecks {
  readonly #probes = new Map<string, Probe>();
  readonly #now: () => Milliseconds;
  readonly #schedule: Schedule;
  #isDraining = false;

  constructor(now: () => Milliseconds, schedule: Schedule) {
    this.#now = now;
    this.#schedule = schedule;
  }

  add(name: string, check: Check, { kind = 'ready', timeoutMs = 1_000 }: CheckOptions): void {
    if (this.#probes.has(name)) throw new RangeError(`there is a check called ${name}`);
    if (kind !== 'live' && kind !== 'ready') {
      throw new RangeError(`kind must be live or ready, received ${inspect(kind)}`);
    }
    if (!(timeoutMs >= 1 && timeoutMs <= LONGEST_TIMER_MS)) {
      throw new RangeError(`timeoutMs must be from 1 to ${LONGEST_TIMER_MS}, received ${inspect(timeoutMs)}`);
    }
    this.#probes.set(name, new Probe(name, kind, check, timeoutMs, this.#now, this.#schedule));
  }

  /** All of them, or those of one kind. Never rejects. */
  async run(kind?: CheckKind): Promise<HealthStatus> {
    const asked: Promise<CheckResult>[] = [];
    for (const probe of this.#probes.values()) {
      if (kind === undefined || probe.kind === kind) asked.push(probe.ask());
    }
    const checks = await Promise.all(asked);
    const failed = checks.filter(({ ok }) => !ok);
    return {
      live: !failed.some((check) => check.kind === 'live'),
      ready: failed.length === 0 && !this.#isDraining,
      checks,
    };
  }

  drain(): void {
    this.#isDraining = true;
  }
}

class Probe {
  readonly kind: CheckKind;
  readonly #name: string;
  readonly #check: Check;
  readonly #timeoutMs: Milliseconds;
  readonly #now: () => Milliseconds;
  readonly #schedule: Schedule;
  /**
   * There from when the check begins until it has answered, and not only until its timeout: so a database that
   * hangs is asked once, and holds one connection, however often a load balancer wants to know.
   */
  #running: Promise<CheckResult> | undefined;

  constructor(
    name: string,
    kind: CheckKind,
    check: Check,
    timeoutMs: Milliseconds,
    now: () => Milliseconds,
    schedule: Schedule,
  ) {
    this.kind = kind;
    this.#name = name;
    this.#check = check;
    this.#timeoutMs = timeoutMs;
    this.#now = now;
    this.#schedule = schedule;
  }

  ask(): Promise<CheckResult> {
    return (this.#running ??= this.#begin());
  }

  #begin(): Promise<CheckResult> {
    const startedAt = this.#now();
    const gaveUp = new AbortController();
    const result = (error?: string): CheckResult => {
      const durationMs = Math.max(0, this.#now() - startedAt);
      const found = { name: this.#name, kind: this.kind, ok: error === undefined, durationMs };
      return error === undefined ? found : { ...found, error };
    };
    return new Promise((resolve) => {
      const cancel = this.#schedule(() => {
        resolve(result(`no answer within ${this.#timeoutMs} ms`));
        gaveUp.abort();
      }, this.#timeoutMs);
      void this.#errorOf(gaveUp.signal).then((error) => {
        cancel();
        this.#running = undefined;
        resolve(result(error));
      });
    });
  }

  /** Never rejects. */
  async #errorOf(signal: AbortSignal): Promise<string | undefined> {
    try {
      await this.#check(signal);
      return undefined;
    } catch (error) {
      return messageOf(error);
    }
  }
}

function messageOf(error: unknown): string {
  try {
    return String(error instanceof Error ? error.message : error);
  } catch {
    return 'an error that has no text'; // an object without a prototype, a getter that throws
  }
}
