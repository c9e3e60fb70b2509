import { bench, type Subject } from '../bench.ts';
import { Noise } from './noise.ts';

type Program = typeof import('#exercise/07-benchmark-lab');

// ---- Percentiles of many sets of samples --------------------------------------------------------------------

const SETS = 200;
/** As many rounds as a generation has at the most. */
const SAMPLES = 60;

/** The median of samples. */
type Median = (samples: readonly number[]) => number;

const naive: Median = (samples) => {
  const sorted = [...samples].sort((a, b) => a - b);
  return (sorted[Math.floor((sorted.length - 1) / 2)]! + sorted[Math.ceil((sorted.length - 1) / 2)]!) / 2;
};

const sets = () => {
  const noise = new Noise(1);
  return Array.from({ length: SETS }, () => Array.from({ length: SAMPLES }, () => 1_000 * noise.factor(0.1)));
};

/** @param off by what part the peer may be off, which keeps counts and not the samples */
function medians(median: Median, off = 1e-9): Subject {
  const all = sets();
  return {
    run: () => all.reduce((sum, samples) => sum + median(samples), 0),
    check() {
      for (const samples of all) {
        const [expected, received] = [naive(samples), median(samples)];
        if (Math.abs(received / expected - 1) > off) throw new Error(`the median is ${expected}, received ${received}`);
      }
    },
  };
}

async function hdr(): Promise<Subject> {
  const { build } = await import('hdr-histogram-js');
  const histogram = build({ numberOfSignificantValueDigits: 3, highestTrackableValue: 1e5 });
  const median: Median = (samples) => {
    histogram.reset();
    for (const sample of samples) histogram.recordValue(sample);
    return histogram.getValueAtPercentile(50);
  };
  return medians(median, 0.05); // whole numbers, and one of the samples: no interpolation
}

// ---- A ratio and its interval -------------------------------------------------------------------------------

const COMPARISON = { count: 5, rounds: 20 };

function ratios(program: Program): Subject {
  const noise = new Noise(2);
  const [a, b] = [noise.generations(2, COMPARISON), noise.generations(1, COMPARISON)];
  return {
    run: () => program.ratioOf(a, b),
    check() {
      const { interval: [low, high] } = program.ratioOf(a, b);
      if (!(low < 2 && 2 < high && high / low < 1.6)) throw new Error(`the ratio is 2, received ${low} to ${high}`);
    },
  };
}

export default bench<Program>([
  {
    name: 'median of a generation',
    about: '200 sets of 60 samples. hdr-histogram-js counts whole numbers, to three digits, anew for each set.',
    unit: 'ns/op',
    operations: SETS,
    naive: () => medians(naive),
    of: (program) => medians(program.median),
    peers: { 'hdr-histogram-js': hdr },
  },
  {
    name: 'ratio with its interval',
    about: 'Two subjects in five generations of twenty rounds. No npm package that is installed draws at two levels.',
    unit: 'ns/op',
    operations: 1,
    of: ratios,
    peers: {},
  },
]);
