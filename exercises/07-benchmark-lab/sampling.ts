import {
  type Figures,
  fullCollection,
  heapBytes,
  type Milliseconds,
  positive,
  positiveInteger,
  type Sample,
  STABLE_WITHIN,
  type Station,
  STRETCHES,
  type Subject,
  type Task,
} from '#contract/07-benchmark-lab';
import { todo } from '#todo';

/** Measures one subject in this process. */
export class LocalStation implements Station {
  /**
   * @param now the clock
   * @throws TypeError or RangeError if a number of the task is out of its range
   */
  constructor(subject: Subject, task: Task, now: () => Milliseconds = () => performance.now()) {
    todo('7.2');
  }

  async warm(): Promise<void> {
    todo('7.2');
  }

  async sample(): Promise<Sample> {
    todo('7.2');
  }

  async finish(): Promise<Figures> {
    todo('7.2');
  }

  close(): void {}
}
