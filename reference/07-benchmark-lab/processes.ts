// A subject in a process of its own: no other has shaped the types that its code has seen, or its heap.

import { type ChildProcess, fork } from 'node:child_process';
import { LocalStation } from './sampling.ts';
import type { Figures, Milliseconds, Sample, Station, Subject, Task } from './subject.ts';

/** What a process is started with. */
export interface ProcessOptions {
  /** Given to what {@link serve} was called with; structured-cloneable. */
  readonly argument: unknown;
  /** Of Node, such as `--expose-gc`. */
  readonly execArgv?: readonly string[];
  /** How long any answer may take; after that the process is ended. @default 30,000 */
  readonly patienceMs?: Milliseconds;
}

/** What went wrong in a process, as it was thrown there. */
export class SubjectError extends Error {
  constructor(
    override readonly name: string,
    message: string,
  ) {
    super(message);
  }
}

type Request = 'warm' | 'sample' | 'finish';
type Reply = { readonly value: unknown } | { readonly error: { readonly name: string; readonly message: string } };

/** How much of its last words is kept, characters. */
const LAST_WORDS = 400;

/** The far end of a {@link serve}. One request at a time. */
export class ProcessStation implements Station {
  readonly #process: ChildProcess;
  readonly #patienceMs: Milliseconds;
  #lastWords = '';
  #ended: Error | undefined;
  /** Of the request that is under way, if any. */
  #settle: ((reply: Reply | Error) => void) | undefined;

  /** @param entry a module that calls {@link serve} */
  constructor(entry: string | URL, { argument, execArgv = [], patienceMs = 30_000 }: ProcessOptions) {
    this.#patienceMs = patienceMs;
    this.#process = fork(entry, {
      execArgv: [...execArgv],
      serialization: 'advanced',
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
    });
    this.#process.stderr!.on('data', (chunk) => (this.#lastWords = `${this.#lastWords}${chunk}`.slice(-LAST_WORDS)));
    this.#process.on('message', (reply: Reply) => this.#settle?.(reply));
    this.#process.on('error', (error) => this.#end(error));
    this.#process.on('close', (code, signal) => {
      const how = signal === null ? `exit code ${code}` : `signal ${signal}`;
      this.#end(new SubjectError('ProcessError', `the process ended with ${how}. ${this.#lastWords}`.trim()));
    });
    this.#process.send({ argument }, () => {}); // if it fails, so does the process
  }

  async warm(): Promise<void> {
    await this.#ask('warm');
  }

  async sample(): Promise<Sample> {
    return (await this.#ask('sample')) as Sample;
  }

  async finish(): Promise<Figures> {
    return (await this.#ask('finish')) as Figures;
  }

  close(): void {
    this.#end(new SubjectError('ProcessError', 'the process was closed'));
    this.#process.kill('SIGKILL'); // it may be in a loop, and hear nothing else
  }

  #ask(request: Request): Promise<unknown> {
    if (this.#ended) return Promise.reject(this.#ended);
    return new Promise((resolve, reject) => {
      const timer = setTimeout(() => {
        this.#end(new SubjectError('ProcessError', `no answer within ${this.#patienceMs / 1000} s`));
        this.close();
      }, this.#patienceMs);
      this.#settle = (reply) => {
        clearTimeout(timer);
        this.#settle = undefined;
        if (reply instanceof Error) reject(reply);
        else if ('error' in reply) reject(new SubjectError(reply.error.name, reply.error.message));
        else resolve(reply.value);
      };
      this.#process.send({ request }, () => {});
    });
  }

  #end(error: Error): void {
    this.#ended ??= error;
    this.#settle?.(this.#ended);
  }
}

/**
 * Makes this process the home of one subject. It ends with the process that forked it, and not by a Ctrl-C, which a
 * terminal sends to both.
 */
export function serve<Argument>(open: (argument: Argument) => Promise<{ subject: Subject; task: Task }>): void {
  const send = process.send!.bind(process);
  let station: Promise<Station> | undefined;
  process.on('SIGINT', () => {});
  process.on('disconnect', () => process.exit());
  process.on('message', (message: { argument: Argument } | { request: Request }) => {
    if ('argument' in message) {
      station = open(message.argument).then(({ subject, task }) => new LocalStation(subject, task));
      station.catch(() => {}); // told to whoever asks first
      return;
    }
    station!
      .then((opened): Promise<unknown> => opened[message.request]())
      .then((value) => send({ value }))
      .catch((thrown: unknown) => {
        const { name, message } = Object(thrown) as Error;
        send({ error: { name: name ?? 'Error', message: message ?? String(thrown) } });
      });
  });
}
