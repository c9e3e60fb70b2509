import type { Sample, Scenario, Station } from '#exercise/07-benchmark-lab';
import { Clock } from '../clock.ts';

/** What happens to stations, in order: `a 1 warm`, the first of a's stations is warmed. */
export type Event = `${string} ${number} ${'open' | 'warm' | 'sample' | 'finish' | 'close'}`;

export interface Script {
  /** What the nth sample of the gth station of this subject says, both from 1. */
  readonly value?: (g: number, n: number) => number;
  /** What a sample takes. */
  readonly durationMs?: number;
  /** Throws where the subject fails. */
  readonly fails?: (act: 'warm' | 'sample' | 'finish', g: number, n: number) => void;
  readonly figures?: (g: number) => Readonly<Record<string, number>>;
}

/** A machine on which nothing runs and nothing waits: samples are scripted, and turn the clock by what they say. */
export class ScriptedMachine {
  readonly clock = new Clock();
  readonly events: Event[] = [];

  scenario(scripts: Readonly<Record<string, Script>>, name = 'scripted'): Scenario {
    const subjects = Object.entries(scripts).map(([subject, script]) => [subject, this.#opens(subject, script)]);
    return { name, unit: 'ns/op', subjects: Object.fromEntries(subjects) };
  }

  /** The names of those that gave a sample, in order. */
  get turns(): string[] {
    return this.events.filter((event) => event.endsWith(' sample')).map((event) => event.split(' ')[0]!);
  }

  #opens(subject: string, { value = () => 1, durationMs = 10, fails = () => {}, figures = () => ({}) }: Script) {
    let stations = 0;
    return (): Station => {
      const g = ++stations;
      let n = 0;
      const note = (act: 'open' | 'warm' | 'sample' | 'finish' | 'close') => {
        this.events.push(`${subject} ${g} ${act}`);
        if (act !== 'open' && act !== 'close') fails(act, g, n);
      };
      note('open');
      return {
        warm: async () => note('warm'),
        sample: async (): Promise<Sample> => {
          n++;
          note('sample');
          this.clock.advance(durationMs);
          return { value: value(g, n), durationMs };
        },
        finish: async () => {
          note('finish');
          return figures(g);
        },
        close: () => note('close'),
      };
    };
  }
}
