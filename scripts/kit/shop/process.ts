import { type ChildProcess, fork } from 'node:child_process';
import { mkdirSync, mkdtempSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { build } from 'vite';
import { earlierExercises } from '../../../vitest.config.ts';
import { STORE } from '../store.ts';
import type { Addresses, ShopSettings } from './settings.ts';

const SERVER = fileURLToPath(new URL('./server.ts', import.meta.url));

/** The shop with programs in it: the learner's, and solutions in the place of unfinished ones; or references. */
export class BuiltShop {
  readonly #folder: string;
  readonly #running = new Set<ChildProcess>();

  /** Compiled as Vitest compiles it: the loader of TypeScript that runs the kit puts a cost on each function. */
  static async of(root: string, target: 'exercises' | 'reference'): Promise<BuiltShop> {
    mkdirSync(join(root, STORE), { recursive: true });
    const folder = mkdtempSync(join(root, STORE, 'shop-')); // within the kit, where packages are found
    try {
      await build({
        configFile: false,
        root,
        logLevel: 'silent',
        esbuild: { target: 'es2022' },
        plugins: target === 'exercises' ? [earlierExercises(root)] : [],
        ssr: { resolve: { conditions: [target] } },
        build: {
          ssr: true,
          target: 'es2022',
          minify: false,
          outDir: folder,
          rollupOptions: { input: { server: SERVER }, output: { entryFileNames: '[name].js' } },
        },
      });
      return new BuiltShop(folder);
    } catch (error) {
      rmSync(folder, { recursive: true, force: true });
      throw error;
    }
  }

  private constructor(folder: string) {
    this.#folder = folder;
  }

  /** Opens a shop in a process of its own. */
  open(settings: ShopSettings): OpenShop {
    const child = fork(join(this.#folder, 'server.js'), [JSON.stringify(settings)], {
      stdio: ['ignore', 'ignore', 'pipe', 'ipc'],
      execArgv: [],
    });
    this.#running.add(child);
    child.once('exit', () => this.#running.delete(child));
    return new OpenShop(child);
  }

  /** Ends all processes. */
  remove(): void {
    for (const child of this.#running) child.kill('SIGKILL');
    rmSync(this.#folder, { recursive: true, force: true, maxRetries: 5 });
  }
}

/** The shop does not do what it should: one of its parts is wrong. */
export class ShopError extends Error {
  override readonly name = 'ShopError';
}

/** A shop that answers, or is about to. */
export class OpenShop {
  readonly #child: ChildProcess;
  readonly addresses: Promise<Addresses>;

  constructor(child: ChildProcess) {
    this.#child = child;
    let said = '';
    child.stderr!.on('data', (text: Buffer) => (said += text.toString()));
    this.addresses = new Promise((resolve, reject) => {
      child.once('message', (addresses) => resolve(addresses as Addresses));
      child.once('error', reject);
      child.once('exit', () => reject(new ShopError(`the shop did not open\n${said}`)));
    });
    this.addresses.catch(() => {}); // whoever waits for them hears of it
  }

  /** What its process has had of the processor, ms. */
  processorTime(): Promise<number> {
    return new Promise((resolve, reject) => {
      const end = () => reject(new ShopError('the shop has ended'));
      this.#child.once('exit', end);
      this.#child.once('message', (ms) => {
        this.#child.off('exit', end);
        resolve(ms as number);
      });
      this.#child.send('how much', (error) => error && end());
    });
  }

  close(): void {
    this.#child.kill('SIGKILL');
  }
}
