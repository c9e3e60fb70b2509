import { type ChildProcess, fork } from 'node:child_process';
import { constants, setPriority } from 'node:os';
import { fileURLToPath } from 'node:url';

/** What the compiler says of a line. It decides no verdict. */
export interface TypeError {
  /** Absolute. */
  readonly file: string;
  /** From 1. */
  readonly line: number;
  readonly column: number;
  /** The first line of it. */
  readonly message: string;
}

export interface TypeRequest {
  readonly id: number;
  readonly root: string;
  readonly files: readonly string[];
}

export interface TypeResponse {
  readonly id: number;
  readonly errors: readonly TypeError[];
}

/** Checks the types of a learner's files: a second the first time, then some 50 ms. */
export class TypeChecker {
  readonly #process: ChildProcess;
  readonly #root: string;
  readonly #files: readonly string[];
  #asked = 0;

  constructor(root: string, files: readonly string[]) {
    this.#root = root;
    this.#files = files;
    const worker = fileURLToPath(new URL('./worker.js', import.meta.url));
    this.#process = fork(worker, { cwd: root, execArgv: [], stdio: ['ignore', 'ignore', 'ignore', 'ipc'] });
    this.#process.on('error', () => {}); // without types there is still a verdict
    if (this.#process.pid) setPriority(this.#process.pid, constants.priority.PRIORITY_LOW);
  }

  /** What is wrong with the files as they are now; undefined if something newer was asked, or the checker is gone. */
  check(): Promise<readonly TypeError[] | undefined> {
    const id = ++this.#asked;
    if (!this.#process.connected) return Promise.resolve(undefined);
    this.#process.send({ id, root: this.#root, files: this.#files } satisfies TypeRequest);
    return new Promise((resolve) => {
      const end = (errors?: readonly TypeError[]) => {
        this.#process.off('message', onMessage);
        this.#process.off('exit', onExit);
        resolve(errors);
      };
      const onExit = () => end();
      const onMessage = (response: TypeResponse) => {
        if (response.id >= id) end(response.id === id && id === this.#asked ? response.errors : undefined);
      };
      this.#process.on('message', onMessage);
      this.#process.once('exit', onExit);
    });
  }

  close(): void {
    this.#process.kill();
  }
}

/** What is wrong with the types of some files, once: takes a second. */
export async function typeErrorsOf(root: string, files: readonly string[]): Promise<readonly TypeError[]> {
  const checker = new TypeChecker(root, files);
  try {
    return (await checker.check()) ?? [];
  } finally {
    checker.close();
  }
}
