import { type ChildProcess, fork } from 'node:child_process';
import { fileURLToPath } from 'node:url';
import type { PoolRunnerInitializer, PoolWorker, WorkerRequest } from 'vitest/node';

/** Where the program was, innermost first: as the watchdog saw it. */
export interface Frame {
  readonly file: string;
  readonly line: number;
  readonly column: number;
  readonly function: string;
}

export interface Stuck {
  readonly kind: 'stuck';
  /** '' between two tests. */
  readonly test: string;
  readonly frames: readonly Frame[];
  /** Whether it computed without end; otherwise its event loop went round, and the tests did not go on. */
  readonly isBlocked: boolean;
}

/** How a worker ended that did not finish its spec. */
export type Ending =
  | Stuck
  | { readonly kind: 'out of memory' }
  | { readonly kind: 'ended'; readonly how: string };

/** What the learner's program printed, and how its process ended, if it ended by itself. */
export interface Remains {
  output: string;
  /** The tests that passed, by their names: known also of a process that did not live to report them. */
  readonly passed: Set<string>;
  ending?: Ending;
}

export const nothing = (): Remains => ({ output: '', passed: new Set() });

/** Old-space limit of a worker, MB: a heap that grows without bound ends in a second or two. */
const HEAP_MB = 256;
/** What is kept of the output of one spec, characters; what comes after is thrown away unread. */
const OUTPUT_LIMIT = 4_000;

/**
 * Then another process takes over: what programs leave behind adds up. On Node 20 each AsyncLocalStorage that was ever
 * used slows every promise.
 */
const SPECS_A_PROCESS = 14;

const ENTRY = fileURLToPath(new URL('./worker.js', import.meta.url));
const EXEC_ARGV = ['--expose-gc', `--max-old-space-size=${HEAP_MB}`];

/**
 * Vitest's pool of this kit: processes that are forked ahead of need, watched by a thread of their own, and killed
 * without ceremony. One judges one spec after the other as long as it is clean: what a program does to its process
 * costs that spec and no other.
 */
export class SparePool implements PoolRunnerInitializer {
  readonly name = 'hotpath';
  /** By path of the spec. */
  readonly remains = new Map<string, Remains>();

  /** Whether a worker that judged a program with faults may judge the next. */
  readonly isTrusting: boolean;

  readonly #root: string;
  readonly #spares: ChildProcess[] = [];
  readonly #running = new Set<ChildProcess>();
  #closed = false;
  /** Whether a spec of this run was found to be stuck: the others will be soon. */
  isHurried = false;

  constructor(root: string, isTrusting: boolean) {
    this.#root = root;
    this.isTrusting = isTrusting;
  }

  /** Forks workers that the next runs will take. */
  prepare(count: number): void {
    while (this.#spares.length < count && !this.#closed) this.#spares.push(this.#fork());
  }

  createPoolWorker(): PoolWorker {
    return new SpareWorker(this);
  }

  take(): ChildProcess {
    const spare = this.#spares.shift() ?? this.#fork();
    this.#running.add(spare);
    if (this.isHurried) spare.send({ isHurried: true });
    spare.once('exit', () => this.#running.delete(spare));
    return spare;
  }

  close(): void {
    this.#closed = true;
    for (const worker of [...this.#spares, ...this.#running]) worker.kill('SIGKILL');
    this.#spares.length = 0;
  }

  #fork(): ChildProcess {
    const worker = fork(ENTRY, {
      cwd: this.#root,
      execArgv: EXEC_ARGV,
      serialization: 'advanced',
      stdio: ['ignore', 'pipe', 'pipe', 'ipc', 'pipe'],
      env: { ...process.env, NODE_ENV: 'test', TEST: 'true', VITEST: 'true', VITEST_MODE: 'RUN', FORCE_COLOR: '0' },
    });
    worker.once('exit', () => {
      const index = this.#spares.indexOf(worker);
      if (index >= 0) this.#spares.splice(index, 1);
    });
    return worker;
  }
}

class SpareWorker implements PoolWorker {
  readonly name = 'hotpath';
  readonly cacheFs = true;

  readonly #pool: SparePool;
  #remains = nothing();
  #process!: ChildProcess;
  #errors = '';
  #report = '';
  #isClean = true;
  #judged = 0;

  constructor(pool: SparePool) {
    this.#pool = pool;
  }

  async start(): Promise<void> {
    const worker = this.#pool.take();
    this.#process = worker;
    worker.stdout!.on('data', (chunk) => {
      if (this.#remains.output.length < OUTPUT_LIMIT) this.#remains.output += chunk;
    });
    worker.stderr!.on('data', (chunk) => {
      if (this.#errors.length < OUTPUT_LIMIT) this.#errors += chunk;
    });
    worker.on('message', ({ isClean = true, passed }: { isClean?: boolean; passed?: string }) => {
      this.#isClean &&= isClean;
      if (passed !== undefined) this.#remains.passed.add(passed);
    });
    worker.stdio[4]!.on('data', (chunk) => (this.#report += chunk));
  }

  on(event: string, callback: (argument: unknown) => void): void {
    // 'close' comes when the pipes are read to their end: only then is known why the process ended.
    if (event !== 'exit') this.#process.on(event, callback);
    else {
      this.#process.on('close', (code: number | null, signal: string | null) => {
        this.#remains.ending = this.#explain(code, signal);
        this.#pool.isHurried ||= this.#remains.ending.kind === 'stuck' && !this.#pool.isTrusting;
        callback(code);
      });
    }
  }

  off(event: string, callback: (argument: unknown) => void): void {
    if (event === 'exit') this.#process.removeAllListeners('close');
    else this.#process.off(event, callback);
  }

  send(message: WorkerRequest): void {
    if (message.type === 'run') {
      this.#judged++;
      this.#remains = nothing();
      for (const { filepath } of message.context.files) this.#pool.remains.set(filepath, this.#remains);
    }
    if (message.type === 'stop') {
      // Nothing that a program does after its spec is worth waiting for, or may be told of the next.
      this.#process.kill('SIGKILL');
      this.#process.emit('message', { type: 'stopped', __vitest_worker_response__: true });
    } else if (this.#process.connected) this.#process.send(message);
  }

  deserialize(data: unknown): unknown {
    return data;
  }

  canReuse(): boolean {
    return this.#judged < SPECS_A_PROCESS && (this.#isClean || this.#pool.isTrusting);
  }

  async stop(): Promise<void> {
    this.#process.kill('SIGKILL');
  }

  #explain(code: number | null, signal: string | null): Ending {
    if (this.#report !== '') return { kind: 'stuck', ...(JSON.parse(this.#report) as Omit<Stuck, 'kind'>) };
    if (/heap out of memory|heap limit/i.test(this.#errors)) return { kind: 'out of memory' };
    return { kind: 'ended', how: signal === null ? `exit code ${code}` : `signal ${signal}` };
  }
}
