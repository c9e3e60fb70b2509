import { type AlertNotification, alertRules, ProductionMonitor, SHOP } from '#exercise/08-production-monitor';
import { type Random, randomNumbers } from '#framework';
import { Clock } from '../clock.ts';
import { macrotask } from '../deferred.ts';

/** What happens in one minute; parts of the requests, and of the heap's limit. */
export interface Minute {
  readonly perSecond: number;
  readonly failing: number;
  readonly slow: number;
  readonly heap: number;
}

/** Changes what would ordinarily happen in a minute, counted from the beginning of the incident. */
export type Incident = (ordinary: Minute, minute: number) => Minute;

/** What the shop's alerts told, in minutes since the beginning of the incident. */
export interface Told {
  readonly minute: number;
  readonly severity: AlertNotification['rule']['severity'];
  readonly state: AlertNotification['state'];
  readonly name: string;
}

const ROUTES = ['/', '/cart', '/orders'];

/** Runs the shop with the learner's rules: some hours as always, and then some with an incident. */
export async function runShop(
  seed: number,
  hoursBefore: number,
  hours = 0,
  incident: Incident = (ordinary) => ordinary,
): Promise<Told[]> {
  const random = randomNumbers(seed);
  const clock = new Clock();
  const monitor = new ProductionMonitor({ now: clock.now });
  const seconds = monitor.metrics.histogram(SHOP.requests, { labels: ['route', 'outcome'] });
  const heap = monitor.metrics.gauge(SHOP.heap);
  const told: Told[] = [];
  let minute = -60 * hoursBefore;
  monitor.setupAlerts({
    rules: alertRules(),
    notify: ({ rule: { name, severity }, state }) => void told.push({ minute, severity, state, name }),
  });
  const day = ordinaryDay(random);
  const fails = inProportion();
  const isSlow = inProportion();
  for (; minute < 60 * hours; minute++) {
    if (minute % 10 === 0) await macrotask(); // so that nobody takes hours of the shop for an endless loop
    const ordinary = day();
    const { perSecond, failing, slow, heap: used } = minute < 0 ? ordinary : incident(ordinary, minute);
    heap.set(used * SHOP.heapLimitBytes);
    for (let left = Math.round(perSecond * 60); left > 0; left--) {
      const route = ROUTES[Math.floor(random() * ROUTES.length)]!;
      const outcome = fails(failing) ? 'error' : 'ok';
      const duration = isSlow(slow) ? SHOP.slowSeconds * (2 + 6 * random()) : 0.3 * random();
      seconds.observe(duration, { route, outcome });
    }
    clock.advance(SHOP.tickMs);
    monitor.tick();
  }
  return told;
}

/** One or two requests a second; now and then an error, a slow one, a heap that is full for some minutes. */
function ordinaryDay(random: Random): () => Minute {
  const phase = random();
  const failing = 0.0001 + 0.0002 * random();
  const slow = 0.001 + 0.002 * random();
  const collectEvery = 20 + Math.floor(20 * random());
  const blipAt = 330 + Math.floor(300 * random());
  let minute = -1;
  return () => {
    minute++;
    const daytime = 0.5 - 0.5 * Math.cos(2 * Math.PI * (phase + minute / 1_440));
    const filled = (minute % collectEvery) / collectEvery;
    const isFull = minute % 200 >= 196;
    return {
      perSecond: SHOP.fewestPerSecond * (1.05 + 0.9 * daytime + 0.1 * random()),
      failing: minute === blipAt || minute === blipAt + 1 ? 0.1 : failing,
      slow,
      heap: isFull ? 0.85 + 0.1 * random() : 0.3 + 0.25 * filled,
    };
  };
}

/** Says yes to a given part of those who ask, as evenly as can be: so that chance makes no incident. */
function inProportion(): (part: number) => boolean {
  let due = 0;
  return (part) => {
    due += part;
    if (due < 1) return false;
    due--;
    return true;
  };
}

/** From `from` to below `to`, by the seed of an incident. */
export const between = (seed: number, from: number, to: number): number =>
  from + (to - from) * randomNumbers(seed)();

/** What began to fire. */
export const fired = (told: readonly Told[], severity: Told['severity']): Told[] =>
  told.filter((one) => one.state === 'firing' && one.severity === severity);
