// The process in which one subject of one workload is measured.

import { serve } from '../../../reference/07-benchmark-lab/processes.ts';
import type { Bench } from '../../../tests/bench.ts';

/** Which subject it is to be. */
export interface Seat {
  /** URLs of modules. */
  readonly bench: string;
  readonly program: string;
  /** Its place in the bench. */
  readonly workload: number;
  readonly subject: { readonly kind: 'naive' } | { readonly kind: 'program' } | { readonly kind: 'peer'; readonly name: string };
  readonly sampleMs: number;
  readonly warmUpMs: number;
}

serve(async ({ bench, program, workload, subject: wanted, sampleMs, warmUpMs }: Seat) => {
  const { default: all } = (await import(/* @vite-ignore */ bench)) as { default: Bench<unknown> };
  const { unit, operations, naive, of, peers } = all.workloads[workload]!;
  const open = {
    naive: () => naive!(),
    program: async () => of(await import(/* @vite-ignore */ program)),
    peer: () => peers[(wanted as { name: string }).name]!(),
  };
  return { subject: await open[wanted.kind](), task: { unit, operations, sampleMs, warmUpMs } };
});
