/**
 * A laboratory for programs: which of several is faster, by how much, and how sure one can be of that.
 *
 * ## The problem
 *
 * A loop between two readings of a clock measures the program, the compiler at work on it, the collector, the frequency
 * of the processor, whoever else uses the machine, and where the operating system happened to put the pages of that
 * process. Only the first is asked for. Some of the others pass with time, some average out over many samples, and one
 * does not: what belongs to a process stays with it, and a million samples of one process know nothing of the next [4].
 * So the usual way, one program and then the other, with the mean of each, finds differences between a program and
 * itself. On the two cores on which this was written, processes of the same code came out up to 15% apart, and up to
 * half where neighbours were busy.
 *
 * The question is therefore not "how fast is it" but "how many times as fast as that, measured beside it"; and an answer
 * has an interval, or is none.
 *
 * ## What is done
 *
 * - Each subject has a process of its own, so that no other has shaped its heap or the types that its code has seen
 *   (processes.ts). It checks its answers before it is run and after; who answers wrongly is not timed.
 * - It warms up until a stretch is no faster than the one before, and then gives samples that are long against the
 *   timer (sampling.ts). Some programs are never stable [6]; for them the warming up ends all the same. The clock leaves
 *   out the time for which the thread was ready to run and was not let (clock.ts): beside four busy processes on two
 *   cores the same loop took 12 to 60 ms by the ordinary clock, and 12 to 14 by this one [7].
 * - All subjects take turns, one sample each, in an order drawn anew for each round (runner.ts). What disturbs the
 *   machine for a second disturbs all of them alike, and is not in the ratio of one round.
 * - All of it is done again with new processes, several times: generations [1]. The interval is a bootstrap that draws
 *   generations first and rounds within them [2] (statistics.ts).
 * - One subject is there twice. That is the A/A test: by whatever factor it comes out beside itself, the machine may be
 *   wrong about the others, and nothing within that factor is claimed. It is measured in the same rounds as they are
 *   and not beforehand, because a machine that is calm before need not be so a minute later.
 *
 * Then there are four verdicts. *Ahead* and *behind* if the whole interval is more than a tenth from 1, *level* if all
 * of it is within, and *inconclusive*, which is a result: measure longer, or elsewhere.
 *
 * ## The ideal that was rejected
 *
 * Counting instructions would be exact, and the same on every day; it needs rights that a learner's machine does not
 * give, and an instruction that waits for memory counts as much as one that does not. Where steps of an algorithm can be
 * counted, they should be: {@link growthOf} takes counts as well as times.
 *
 * The minimum of many samples is the least disturbed of them, and is popular. It leaves out the collections that a
 * program makes necessary, which are part of what it costs; and it has no interval, for no resample can show a smaller
 * minimum than was seen.
 *
 * A test of significance answers whether two things differ. They always do: with samples enough, everything is
 * significant. Whether the difference matters is what a threshold says, so intervals are held against one.
 *
 * ## What it costs
 *
 * Time: a process takes 50 ms to start and some 100 to 250 to warm up, in each generation. And sharpness: an interval
 * from few generations is honest only as far as they differ. Simulated with processes that are off by 5% and samples by 10%,
 * an interval that is called one of 99% held the truth in 93 of 100 cases with two generations, in 98 with five and in 99
 * with eight. A wrong *ahead* or *behind* needs the truth to be missed by a tenth: that happened once in 400 cases with two
 * generations, and never with more. One generation alone knows nothing of others, and is given a quarter each way.
 *
 * Memory is a matter of its own (memory.ts): what is kept is weighed by what the heap grows by, between full collections;
 * what is allocated, by adding up what collections took away; and a leak is a slope, not a difference. Load (load.ts)
 * comes at random moments and not when the last answer is there. Whether today is worse than a day that was good is
 * asked in multiples of a yardstick that was measured beside both (regression.ts).
 *
 * ## Where to read
 *
 * 1. subject.ts: what is measured, and where
 * 2. statistics.ts: medians, ratios, intervals, verdicts
 * 3. clock.ts, sampling.ts, processes.ts: one subject
 * 4. runner.ts, result.ts: several, side by side
 * 5. memory.ts, load.ts, regression.ts: what else can be asked
 * 6. benchmark.ts: the bench of a performance layer; faster.ts: the question of two, answered in a word
 * 7. report.ts, page.ts: how it is told
 *
 * ## Sources
 *
 * 1. A. Georges, D. Buytaert, L. Eeckhout: Statistically Rigorous Java Performance Evaluation. OOPSLA 2007. Several
 *    starts of the virtual machine, and intervals over them.
 * 2. B. Efron: Bootstrap Methods: Another Look at the Jackknife. Annals of Statistics 7(1), 1979; drawn at two levels as
 *    in T. Kalibera, R. Jones: Rigorous Benchmarking in Reasonable Time. ISMM 2013.
 * 3. P. K. Sen: Estimates of the Regression Coefficient Based on Kendall's Tau. Journal of the American Statistical
 *    Association 63, 1968.
 * 4. T. Mytkowicz, A. Diwan, M. Hauswirth, P. F. Sweeney: Producing Wrong Data Without Doing Anything Obviously Wrong!
 *    ASPLOS 2009. The length of an environment variable changes a program's speed.
 * 5. G. Tene: How NOT to Measure Latency. Strange Loop 2015. Coordinated omission.
 * 6. E. Barrett, C. F. Bolz-Tereick, R. Killick, S. Mount, L. Tratt: Virtual Machine Warmup Blows Hot and Cold. OOPSLA
 *    2017. Stable is not always fast, and some programs are never stable.
 * 7. Linux: Documentation/scheduler/sched-stats.rst, /proc/<pid>/schedstat.
 *
 * @module
 */

export {
  type BenchmarkOptions,
  type BenchmarkResults,
  type Cost,
  type Growth,
  growthOf,
  type PartBatches,
  type PartCache,
  type PartLoader,
  type Parts,
  PerformanceBenchmark,
} from './benchmark.ts';
export { undisturbedNow } from './clock.ts';
export { type Answer, type Contender, type Faster, fasterOf } from './faster.ts';
export { arrivals, type LoadOptions, loadTest, type LoadTestResults, type Percentiles } from './load.ts';
export { type Allocation, allocationOf, memoryStressTest, type MemoryTestResults, type StressOptions } from './memory.ts';
export { type ProcessOptions, ProcessStation, serve, SubjectError } from './processes.ts';
export {
  BaselineError,
  changeOf,
  type Finding,
  fingerprint,
  type Metrics,
  type OperationMetrics,
  PerformanceRegressionTester,
  regressionReport,
  type RegressionResult,
  type Thresholds,
  yardstick,
} from './regression.ts';
export { type Format, formatReport, type Row, rowsOf } from './report.ts';
export { type Scenario, ScenarioResult } from './result.ts';
export { BenchmarkRunner, type RunnerOptions } from './runner.ts';
export { isStable, LocalStation, runsFor } from './sampling.ts';
export * from './statistics.ts';
export type * from './subject.ts';
