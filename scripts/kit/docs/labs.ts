import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { type Alias, build, type Rollup } from 'vite';

/** A lab as one classic script, which also runs from a file: URL. */
export interface LabScript {
  readonly name: string;
  readonly code: string;
  /** Bytes, compressed. */
  readonly size: number;
}

/** Bundles docs/labs/<name>/lab.ts with the reference that it shows. */
export async function bundleLab(root: string, name: string): Promise<LabScript> {
  const labs = join(root, 'docs/labs');
  const entry = join(labs, name, 'lab.ts');
  if (!existsSync(entry)) throw new Error(`there is no docs/labs/${name}/lab.ts for data-lab="${name}"`);
  const built = await build({
    configFile: false,
    root: labs,
    logLevel: 'silent',
    esbuild: { target: 'es2022', keepNames: true }, // lowers decorators; descriptions have the names of classes
    resolve: { alias: standIns(labs) },
    build: {
      write: false,
      target: 'es2022',
      lib: { entry, formats: ['iife'], name: 'lab' },
      minify: true,
      rollupOptions: { treeshake: { moduleSideEffects: (id) => id.startsWith(join(labs, 'node')) } },
    },
  });
  const [{ output }] = built as [Rollup.RollupOutput];
  const { code } = output[0];
  return { name, code, size: gzipSync(code).length };
}

/** What stands in a browser for what references import of Node: docs/labs/node/util.ts for `node:util`. */
function standIns(labs: string): Alias[] {
  return readdirSync(join(labs, 'node')).map((name) => ({
    find: new RegExp(`^node:${basename(name, '.ts')}$`),
    replacement: join(labs, 'node', name),
  }));
}
