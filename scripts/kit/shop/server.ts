// The process in which the shop answers, and its monitor watches it.

import { createServer, type Server } from 'node:http';
import type { AddressInfo } from 'node:net';
import { alertRules, ProductionMonitor, SHOP } from '#exercise/08-production-monitor';
import { Database } from './database.ts';
import { type Addresses, OVERWATCHED, type ShopName, type ShopSettings } from './settings.ts';
import { after, before, type Shop } from './shops.ts';

/** How often the monitor looks, ms: somebody watches the dashboard. */
const TICK_MS = 1_000;
/** The part of the pages of which the pieces are measured. */
const SAMPLED = 0.01;

// It ends with the process that forked it, and not by a Ctrl-C, which a terminal sends to both.
process.on('SIGINT', () => {});
process.on('disconnect', () => process.exit());
process.on('message', () => void process.send!(processorTime()));
process.send!(await open(JSON.parse(process.argv[2]!) as ShopSettings));

async function open({ shops, isWatched, isProfiled, monitorPort }: ShopSettings): Promise<Addresses> {
  const database = new Database();
  const withParts = after(database, isProfiled ? SAMPLED : 0);
  const monitor = isWatched ? watch(database, withParts) : undefined;
  const seconds = monitor?.metrics.histogram(SHOP.requests, {
    help: 'How long requests take.',
    labels: ['shop', 'route', 'outcome'],
    buckets: [0.001, 0.0025, 0.005, 0.01, 0.025, 0.05, 0.1, 0.25, 0.5, 1, 2.5],
  });
  const urls: Partial<Record<ShopName, string>> = {};
  for (const name of shops) {
    const timed = (program: Shop): Shop => {
      return (route, id) => seconds!.time(() => program(route, id), { shop: name, route });
    };
    let program = name === 'before' ? before(database) : withParts.shop;
    const times = seconds === undefined || name === 'unwatched' ? 0 : name === 'overwatched' ? OVERWATCHED : 1;
    for (let time = 0; time < times; time++) program = timed(program);
    urls[name] = await listen(program);
  }
  return { shops: urls, ...(monitor && { monitor: await monitor.listen({ port: monitorPort }) }) };
}

function watch(database: Database, { descriptions, timings }: ReturnType<typeof after>): ProductionMonitor {
  const monitor = new ProductionMonitor();
  const heap = monitor.metrics.gauge(SHOP.heap, { help: 'What is in use of the heap.' });
  const hitRatio = monitor.metrics.gauge('cache_hit_ratio', { help: 'Descriptions that were remembered.' });
  const share = monitor.metrics.gauge('operation_share', { help: 'Self time, of all time.', labels: ['operation'] });
  monitor.addCheck('database', () => database.find('categories', []));
  monitor.setupAlerts({ rules: alertRules() });
  setInterval(() => {
    heap.set(process.memoryUsage().heapUsed);
    hitRatio.set(descriptions.stats().hitRatio);
    for (const one of timings.analyzeBottlenecks().bottlenecks) share.set(one.share, { operation: one.operation });
    void monitor.performHealthCheck();
    monitor.tick();
  }, TICK_MS);
  return monitor;
}

async function listen(shop: Shop): Promise<string> {
  const server: Server = createServer((request, response) => {
    const [, route = '', id = ''] = /^(\/[a-z]+)\/(\d+)$/.exec(request.url ?? '') ?? [];
    const end = (status: number, page: unknown) => {
      const body = Buffer.from(JSON.stringify(page));
      response.writeHead(status, { 'Content-Type': 'application/json', 'Content-Length': body.length }).end(body);
    };
    if (route === '') return end(404, { error: 'not found' });
    shop(route, id).then(
      (page) => end(200, page),
      (error: unknown) => end(500, { error: String(error) }),
    );
  });
  await new Promise<void>((resolve, reject) => server.on('error', reject).listen(0, '127.0.0.1', resolve));
  return `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
}

/** What this process has had of the processor, ms. */
function processorTime(): number {
  const { user, system } = process.cpuUsage();
  return (user + system) / 1e3;
}
