import type { KnownWrong } from '../known-wrong.ts';

const METRICS = 'metrics.ts';
const EXPOSITION = 'exposition.ts';
const HEALTH = 'health.ts';
const ALERTS = 'alerts.ts';
const ENDPOINTS = 'endpoints.ts';
const DASHBOARD = 'dashboard.ts';
const MONITOR = 'production-monitor.ts';
const RUNBOOK = 'runbook.ts';

export default [
  // ---- Step 1 ------------------------------------------------------------------------------------------
  {
    id: 'counter-accepts-what-is-negative',
    step: '1',
    file: METRICS,
    patch: [{ find: '!(by >= 0 && by < Infinity)', replace: '!Number.isFinite(by)' }],
    breaks: ['8.1.1'],
    say:
      'Your counter can fall. Whoever computes a rate takes a fall for a restart of the process, and ' +
      'counts all from 0 once more.',
  },
  {
    id: 'joins-label-values',
    step: '1',
    file: METRICS,
    patch: [
      { find: 'let key = JSON.stringify(values);', replace: "let key = values.join(',');" },
      {
        find: 'this.#overflow = JSON.stringify(labelNames.map(() => OVERFLOW));',
        replace: "this.#overflow = labelNames.map(() => OVERFLOW).join(',');",
      },
      {
        find: 'const text: string[] = JSON.parse(key);',
        replace: 'const text = key === this.#overflow ? labelNames.map(() => OVERFLOW) : values;',
      },
    ],
    breaks: ['8.1.2'],
    say:
      'You join the values of the labels with something that may stand in them: two different sets share ' +
      'a series, and the one that came first has its name.',
  },
  {
    id: 'bucket-excludes-its-bound',
    step: '1',
    file: METRICS,
    patch: [{ find: '(bound) => value <= bound', replace: '(bound) => value < bound' }],
    breaks: ['8.1.3', '8.4.2'],
    say:
      'A value that is exactly at a bound falls into the next bucket. The label is called `le`: less ' +
      'than or equal.',
  },
  {
    id: 'quantile-is-the-upper-bound',
    step: '1',
    file: METRICS,
    patch: [
      { find: 'return from + ((le - from) * (rank - before)) / (upTo - before);', replace: 'return le;' },
    ],
    breaks: ['8.1.4', '8.6.2'],
    say:
      'Your quantile is always the upper bound of a bucket. Where in the bucket the rank lies is known: ' +
      'how many values come before it, and how many are in it.',
  },
  {
    id: 'observes-milliseconds',
    step: '1',
    file: METRICS,
    patch: [{ find: 'this.#now() - startedAt) / 1_000', replace: 'this.#now() - startedAt)' }],
    breaks: ['8.1.5'],
    say: 'You observe milliseconds. The buckets, and all that collects such metrics, count in seconds.',
  },
  {
    id: 'times-until-there-is-a-promise',
    step: '1',
    file: METRICS,
    patch: [
      {
        find: 'return types.isPromise(result) ? (result.then(returned, failed) as T) : returned(result);',
        replace: 'return returned(result);',
      },
    ],
    breaks: ['8.1.5', '8.1.6'],
    say:
      'An async function returns its promise at once; you stop the clock there. Everything takes 0 s, ' +
      'and whatever is rejected later was a success.',
  },
  {
    id: 'looks-at-labels-afterwards',
    step: '1',
    file: METRICS,
    patch: [{ find: "      metric.valuesOf(labelled('ok'));", replace: '      ' }],
    breaks: ['8.1.5'],
    say:
      'With wrong labels `fn` is called, and then its value is lost to an error about labels: the customer ' +
      'has paid, and reads that something went wrong.',
  },
  {
    id: 'begins-with-the-first-value',
    step: '1',
    file: METRICS,
    patch: [{ find: '    if (labelNames.length === 0) this.seriesOf({});\n', replace: '' }],
    breaks: ['8.1.7'],
    say:
      'A metric without labels is not there before its first value. The change from nothing to 1 is no ' +
      'rate: the first error of a process is seen by nobody.',
  },
  {
    id: 'forgets-what-is-too-much',
    step: '1',
    file: METRICS,
    patch: [
      {
        find: 'if (!this.#series.has(key) && this.#series.size >= limit) key = this.#overflow;',
        replace:
          'if (!this.#series.has(key) && this.#series.size >= limit) return { labels, value: 0, counts: ' +
          '[] };',
      },
    ],
    breaks: ['8.1.8'],
    say:
      'What finds no room for a series is lost, and the sum over all of them is too small. It belongs to ' +
      '`OVERFLOW`.',
  },
  {
    id: 'makes-the-metric-anew',
    step: '1',
    file: METRICS,
    patch: [
      {
        find:
          '      if (known.signature !== JSON.stringify([type, labels, bounds])) throw new ' +
          'MetricConflictError(name);\n' +
          '      return known;',
        replace:
          '      if (known.signature !== JSON.stringify([type, labels, bounds])) throw new ' +
          'MetricConflictError(name);',
      },
    ],
    breaks: ['8.1.9'],
    say:
      'Two parts of a program that ask for the same metric get two, and what the first has counted is ' +
      'gone.',
  },
  {
    id: 'snapshot-is-alive',
    step: '1',
    file: METRICS,
    patch: [
      { find: 'series: series.map(({ labels, value }) => ({ labels, value })) }', replace: 'series }' },
    ],
    breaks: ['8.1.10', '8.6.1', '8.6.3', '8.6.4'],
    say:
      'Your snapshot holds the very objects that go on counting. Whoever compares it with a later one ' +
      'finds that nothing has happened.',
  },

  // ---- Step 2 ------------------------------------------------------------------------------------------
  {
    id: 'last-line-does-not-end',
    step: '2',
    file: EXPOSITION,
    patch: [{ find: "map((line) => `${line}\\n`).join('')", replace: "join('\\n')" }],
    breaks: ['8.2.1', '8.2.2', '8.2.3', '8.2.4', '8.2.5', '8.5.3'],
    say:
      'The last line does not end with a line feed. A strict parser takes the page for one that was cut ' +
      'off.',
  },
  {
    id: 'line-feed-in-a-label',
    step: '2',
    file: EXPOSITION,
    patch: [{ find: 'escaped(value, /[\\\\"\\n]/g)', replace: 'escaped(value, /[\\\\"]/g)' }],
    breaks: ['8.2.2'],
    say: 'A line feed in a label ends the line in the middle of a sample: the whole page cannot be read.',
  },
  {
    id: 'quotes-escaped-in-help',
    step: '2',
    file: EXPOSITION,
    patch: [{ find: 'escaped(help, /[\\\\\\n]/g)', replace: 'escaped(help, /[\\\\"\\n]/g)' }],
    breaks: ['8.2.3'],
    say: 'The help stands in no quotes, so a quote in it needs no escape; the backslash before it is shown.',
  },
  {
    id: 'buckets-count-their-own',
    step: '2',
    file: EXPOSITION,
    patch: [
      {
        find: '...buckets.map(({ le, count }) => bucket(String(le), count)),',
        replace:
          '...buckets.map(({ le, count }, at) => bucket(String(le), count - (buckets[at - 1]?.count ?? ' +
          '0))),',
      },
    ],
    breaks: ['8.2.4'],
    say: 'Each bucket says what is in it alone. It says what is at most its bound: everything below it, too.',
  },
  {
    id: 'numbers-are-rounded',
    step: '2',
    file: EXPOSITION,
    patch: [
      {
        find: '`${formatSeries(name, labels)} ${value}`',
        replace: '`${formatSeries(name, labels)} ${Number(value.toFixed(6))}`',
      },
    ],
    breaks: ['8.2.5'],
    say: 'You round what is written. What is small becomes 0, and a counter that is large stands still.',
  },

  // ---- Step 3 ------------------------------------------------------------------------------------------
  {
    id: 'false-is-a-failure',
    step: '3',
    file: HEALTH,
    patch: [
      {
        find: '.then(() => settled(), ',
        replace: ".then((value) => settled(value === false ? 'false' : undefined), ",
      },
    ],
    breaks: ['8.3.1'],
    say: 'You look at what a check returns. It may be anything; a check fails by throwing.',
  },
  {
    id: 'trusts-what-is-thrown',
    step: '3',
    file: HEALTH,
    patch: [
      {
        find:
          '  try {\n' +
          '    return String(error instanceof Error ? error.message : error);\n' +
          '  } catch {\n' +
          "    return 'an error that has no text'; // such as an object without a prototype\n" +
          '  }',
        replace: '  return String(error instanceof Error ? error.message : error);',
      },
    ],
    breaks: ['8.3.1'],
    say:
      'Not everything that is thrown has a text. To ask for it throws once more, in a place where nobody ' +
      'catches it, and the check never ends.',
  },
  {
    id: 'waits-for-what-hangs',
    step: '3',
    file: HEALTH,
    patch: [
      {
        find: 'this.#schedule(() => answer(`no answer within ${timeoutMs} ms`), timeoutMs);',
        replace: 'this.#schedule(() => {}, timeoutMs);',
      },
    ],
    breaks: ['8.3.2', '8.3.6', '8.5.1'],
    say: 'A check that hangs hangs you. When its time is over it has failed, whether or not it ever answers.',
  },
  {
    id: 'one-check-after-the-other',
    step: '3',
    file: HEALTH,
    patch: [
      {
        find:
          'const checks = await Promise.all(asked.map((check) => (check.running ??= ' +
          'this.#begin(check))));',
        replace:
          'const checks: CheckResult[] = [];\n' +
          '    for (const check of asked) checks.push(await (check.running ??= this.#begin(check)));',
      },
    ],
    breaks: ['8.3.2', '8.3.3'],
    say: 'Each check waits for the one before it, and their timeouts add up to more than anybody waits.',
  },
  {
    id: 'alive-only-when-ready',
    step: '3',
    file: HEALTH,
    patch: [{ find: "check.ok || check.kind === 'ready'", replace: 'check.ok' }],
    breaks: ['8.3.4'],
    say:
      'A database that is down makes the process not live, and so all processes are restarted, again and ' +
      'again, until it is up.',
  },
  {
    id: 'draining-is-dying',
    step: '3',
    file: HEALTH,
    patch: [{ find: 'return { live, ready:', replace: 'return { live: live && !this.#isDraining, ready:' }],
    breaks: ['8.3.5', '8.5.1'],
    say: 'A process that drains is not live: it is killed before it has finished what it has.',
  },
  {
    id: 'begins-a-check-for-each-who-asks',
    step: '3',
    file: HEALTH,
    patch: [{ find: '(check.running ??= this.#begin(check))', replace: 'this.#begin(check)' }],
    breaks: ['8.3.6'],
    say:
      'Each question begins every check once more. When the database hangs they pile up: a thousand ' +
      'questions are a thousand connections to what is in trouble already.',
  },
  {
    id: 'timers-are-left-behind',
    step: '3',
    file: HEALTH,
    patch: [{ find: '        cancelTimeout();\n', replace: '' }],
    breaks: ['8.3.7'],
    say: 'Each check leaves a timer that has nothing left to do, and that keeps the process from ending.',
  },

  // ---- Step 4 ------------------------------------------------------------------------------------------
  {
    id: 'fires-at-the-threshold',
    step: '4',
    file: ALERTS,
    patch: [
      {
        find: "is === 'above' ? this.value > limit : this.value < limit",
        replace: "is === 'above' ? this.value >= limit : this.value <= limit",
      },
    ],
    breaks: ['8.4.1', '8.4.3', '8.4.5', '8.4.10'],
    say: 'You take what is at the threshold for beyond it.',
  },
  {
    id: 'one-label-is-enough',
    step: '4',
    file: ALERTS,
    patch: [
      {
        find: '!wanted.every(([label, value]) => series.labels[label] === value)',
        replace: 'wanted.length > 0 && !wanted.some(([label, value]) => series.labels[label] === value)',
      },
    ],
    breaks: ['8.4.2'],
    say: 'You take a series that has one of the labels of `where`. It should have all of them.',
  },
  {
    id: 'pending-is-never-taken-back',
    step: '4',
    file: ALERTS,
    patch: [
      {
        find:
          '      this.#since = undefined;\n' +
          "      if (!isFiring) this.state = 'inactive';",
        replace:
          '      if (isFiring) this.#since = undefined;\n' +
          "      else this.state = 'inactive';",
      },
    ],
    breaks: ['8.4.3', '8.7.1'],
    say:
      'You remember when the condition first held, and not that it has ceased to since: two short peaks, ' +
      'an hour apart, are an alert.',
  },
  {
    id: 'tells-at-every-tick',
    step: '4',
    file: ALERTS,
    patch: [{ find: 'isFiring === watched.isTold ||', replace: '(!isFiring && !watched.isTold) ||' }],
    breaks: ['8.4.3', '8.4.4', '8.4.5', '8.4.6', '8.4.7', '8.4.8', '8.4.10', '8.7.2'],
    say: 'You page once a minute for as long as the alert fires. What has been told must be remembered.',
  },
  {
    id: 'clear-is-ignored',
    step: '4',
    file: ALERTS,
    patch: [{ find: 'isFiring ? clear : threshold', replace: 'threshold' }],
    breaks: ['8.4.5'],
    say:
      'The alert ends at the limit at which it began, and a value that lies about there turns it on and ' +
      'off.',
  },
  {
    id: 'resolved-at-the-first-good-tick',
    step: '4',
    file: ALERTS,
    patch: [{ find: '(isFiring ? keepFiringMs : forMs)', replace: '(isFiring ? 0 : forMs)' }],
    breaks: ['8.4.6'],
    say:
      'The first good minute resolves the alert, and the next bad one pages again. See how long it stays ' +
      'good.',
  },
  {
    id: 'silence-swallows',
    step: '4',
    file: ALERTS,
    patch: [
      {
        find: 'if (isFiring === watched.isTold || now < watched.silentUntil) continue;',
        replace:
          'if (isFiring === watched.isTold) continue;\n' +
          '      if (now < watched.silentUntil) {\n' +
          '        watched.isTold = isFiring;\n' +
          '        continue;\n' +
          '      }',
      },
    ],
    breaks: ['8.4.7'],
    say:
      'You drop what happens during a silence. When it ends, an alert that fires is known to nobody, and ' +
      'never will be.',
  },
  {
    id: 'one-who-throws-stops-all',
    step: '4',
    file: ALERTS,
    patch: [{ find: '} catch {', replace: '} finally {' }],
    breaks: ['8.4.8'],
    say: 'When the pager does not answer, the rules after that one are not even looked at.',
  },
  {
    id: 'takes-a-promise-for-a-delivery',
    step: '4',
    file: ALERTS,
    patch: [{ find: '.catch(() => (watched.isTold = !isFiring))', replace: '.catch(() => {})' }],
    breaks: ['8.4.8'],
    say:
      'You take the promise of a page for a page. When it is rejected nobody was told, and nobody tries again.',
  },
  {
    id: 'divides-by-the-window',
    step: '4',
    file: ALERTS,
    patch: [
      {
        find: 'const seconds = (now - before.at) / 1_000;',
        replace: 'const seconds = now > before.at ? windowMs / 1_000 : 0;',
      },
    ],
    breaks: ['8.4.9'],
    say:
      'You divide by the window, though less time, or more, has passed between the two ticks: after a ' +
      'start every rate is too low.',
  },
  {
    id: 'any-window-will-do',
    step: '4',
    file: ALERTS,
    patch: [{ find: 'Math.min(...readings)', replace: 'Math.max(...readings)' }],
    breaks: ['8.4.10', '8.7.1', '8.7.6'],
    say:
      'One window is enough for you. The short one alone wakes people for a bad minute, the long one for ' +
      'what is over.',
  },
  {
    id: 'keeps-every-sample',
    step: '4',
    file: ALERTS,
    patch: [
      {
        find: '    while (samples.length > 1 && samples[1]!.at <= now - this.#longestMs) samples.shift();\n',
        replace: '',
      },
      {
        find: 'samples.findLast(({ at }) => at <= now - windowMs)',
        replace: 'samples.filter(({ at }) => at <= now - windowMs).at(-1)',
      },
    ],
    breaks: ['8.4.11'],
    say:
      'You keep every sample since the start, and look at all of them. Nobody asks for what is older ' +
      'than the window.',
  },

  // ---- Step 5 ------------------------------------------------------------------------------------------
  {
    id: 'live-asks-the-database',
    step: '5',
    file: MONITOR,
    patch: [{ find: "this.#health.run('live')", replace: 'this.#health.run()' }],
    breaks: ['8.5.1'],
    say:
      'To find out whether the process is alive you ask everything that it depends on. When that hangs, ' +
      'so does the answer, and the process is restarted for it.',
  },
  {
    id: 'always-200',
    step: '5',
    file: MONITOR,
    patch: [{ find: 'status[kind] ? 200 : 503', replace: '200' }],
    breaks: ['8.5.1', '8.5.2'],
    say: 'The answer is 200, whatever the body says. A load balancer reads the status.',
  },
  {
    id: 'metrics-in-plain-text',
    step: '5',
    file: MONITOR,
    patch: [{ find: "ok('text/plain; version=0.0.4',", replace: "ok('text/plain'," }],
    breaks: ['8.5.3'],
    say: 'The content type does not say which format it is, and a server that knows several will not guess.',
  },
  {
    id: 'resolves-the-path',
    step: '5',
    file: ENDPOINTS,
    patch: [
      {
        find: "const [path = ''] = (request.url ?? '').split('?', 1);",
        replace: "const path = new URL(request.url ?? '', 'http://localhost').pathname;",
      },
    ],
    breaks: ['8.5.4'],
    say:
      '`URL` resolves `..`, and throws at `//`. What somebody asks for is compared as it is; nothing ' +
      'good comes of reading more into it.',
  },
  {
    id: 'does-not-say-what-is-allowed',
    step: '5',
    file: ENDPOINTS,
    patch: [{ find: "        response.setHeader('Allow', 'GET, HEAD');\n", replace: '' }],
    breaks: ['8.5.5'],
    say: 'A 405 says which methods are allowed: it has a header for that.',
  },
  {
    id: 'waits-for-the-body',
    step: '5',
    file: ENDPOINTS,
    patch: [
      {
        find:
          '    try {\n' +
          '      const [path',
        replace:
          '    try {\n' +
          "      if (length !== '0' || encoding !== undefined) for await (const _ of request);\n" +
          '      const [path',
      },
    ],
    breaks: ['8.5.6'],
    say:
      'You read the body to its end before you answer. Whoever sends one slowly, or without an end, ' +
      'keeps you busy.',
  },
  {
    id: 'listens-to-the-world',
    step: '5',
    file: ENDPOINTS,
    patch: [{ find: "host = '127.0.0.1'", replace: "host = '0.0.0.0'" }],
    breaks: ['8.5.7'],
    say:
      'Every network that the machine is in can read your metrics. Listen on 127.0.0.1 until somebody ' +
      'says otherwise.',
  },
  {
    id: 'waits-for-connections-to-end',
    step: '5',
    file: ENDPOINTS,
    patch: [{ find: '  server.closeAllConnections();\n', replace: '' }],
    breaks: ['8.5.8'],
    say:
      'A server that is closed takes no new connections, and waits for the old ones: for half a request, ' +
      'and for dashboards that nobody closes.',
  },

  {
    id: 'closes-only-what-listens',
    step: '5',
    file: ENDPOINTS,
    patch: [
      { find: '    this.#server = opening;\n    try {', replace: '    try {' },
      {
        find: '      const address = (await opening).address() as AddressInfo;\n',
        replace: '      const address = (await opening).address() as AddressInfo;\n      this.#server = opening;\n',
      },
    ],
    breaks: ['8.5.8'],
    say:
      'To listen takes a moment, in which `close` finds nothing to close: then it listens, though it was ' +
      'closed, and nobody knows.',
  },
  {
    id: 'stops-listening-to-errors',
    step: '5',
    file: ENDPOINTS,
    patch: [{ find: "server.on('error', reject)", replace: "server.once('error', reject)" }],
    breaks: ['8.5.9'],
    say:
      'Once it listens, nobody hears the errors of your server. The next one, a connection that the system ' +
      'could not accept, ends the process.',
  },

  // ---- Step 6 ------------------------------------------------------------------------------------------
  {
    id: 'reports-since-the-start',
    step: '6',
    file: MONITOR,
    patch: [
      {
        find: '    this.#reportedUntil = { at: report.to, metrics: this.metrics.snapshot() };\n',
        replace: '',
      },
    ],
    breaks: ['8.6.1', '8.6.2', '8.6.3'],
    say:
      'Every report begins at the start of the process. What happened last night drowns in what happened ' +
      'since June.',
  },
  {
    id: 'divides-by-no-time',
    step: '6',
    file: MONITOR,
    patch: [{ find: '(seconds > 0 ? count / seconds : 0)', replace: 'count / seconds' }],
    breaks: ['8.6.1', '8.6.5'],
    say: 'When no time has passed you divide by 0, and JSON knows neither `Infinity` nor `NaN`.',
  },
  {
    id: 'quantiles-since-the-start',
    step: '6',
    file: MONITOR,
    patch: [{ find: 'count: count - (base.buckets[index]?.count ?? 0)', replace: 'count' }],
    breaks: ['8.6.2'],
    say:
      'You subtract what was there before from `count`, and not from the buckets: the percentiles are ' +
      'those of everything since the start.',
  },
  {
    id: 'report-is-late',
    step: '6',
    file: MONITOR,
    patch: [
      {
        find: 'now - this.#reportedUntil.at >= this.#reportEveryMs',
        replace: 'now - this.#reportedUntil.at > this.#reportEveryMs',
      },
    ],
    breaks: ['8.6.3'],
    say: 'A report that is due at this very tick comes at the next one.',
  },
  {
    id: 'dashboard-since-the-last-tick',
    step: '6',
    file: MONITOR,
    patch: [
      { find: '    this.#shownSince = this.#lastTick;\n', replace: '' },
      {
        find: 'this.#lastTick = { at: now, metrics };',
        replace: 'this.#shownSince = this.#lastTick = { at: now, metrics };',
      },
    ],
    breaks: ['8.6.4'],
    say:
      'Your dashboard begins at the last tick: at a tick, when everybody is sent it, nothing has ' +
      'happened since.',
  },
  {
    id: 'styles-from-elsewhere',
    step: '6',
    file: DASHBOARD,
    patch: [
      {
        find: '<meta charset="utf-8">\n',
        replace:
          '<meta charset="utf-8">\n' +
          '<link rel="stylesheet" href="https://cdn.example/pico.css">\n',
      },
    ],
    breaks: ['8.6.6'],
    say:
      'Your page asks somebody else for a part of itself. When the network is down is when it is looked ' +
      'at.',
  },
  {
    id: 'ampersand-as-it-is',
    step: '6',
    file: DASHBOARD,
    patch: [{ find: '/[&<>"\']/g', replace: '/[<>"\']/g' }],
    breaks: ['8.6.7'],
    say:
      'A text that looks like an entity is shown as what it stands for. Escape what begins an entity, ' +
      'too.',
  },
  {
    id: 'pipes-in-a-cell',
    step: '6',
    file: DASHBOARD,
    patch: [{ find: '/[&<>|`*\\\\[\\]]/g', replace: '/[&<>`*\\\\[\\]]/g' }],
    breaks: ['8.6.8'],
    say: 'A pipe in a label begins a new cell, and all that follows stands in the wrong column.',
  },
  {
    id: 'events-in-several-lines',
    step: '6',
    file: MONITOR,
    patch: [
      {
        find: 'JSON.stringify(renderMain(this.generateDashboard()))',
        replace: 'renderMain(this.generateDashboard())',
      },
    ],
    breaks: ['8.6.9'],
    say:
      'A line feed ends a field of an event: of your markup the first line arrives. As JSON it is one ' +
      'line.',
  },
  {
    id: 'answers-after-the-endless',
    step: '6',
    file: ENDPOINTS,
    patch: [{ find: '    if (this.#listeners.has(socket)) return void socket.destroy();\n', replace: '' }],
    breaks: ['8.6.9'],
    say:
      'Who asks again on a connection that has events can never be answered: what is kept for him is kept ' +
      'until he goes.',
  },
  {
    id: 'keeps-all-for-who-does-not-read',
    step: '6',
    file: ENDPOINTS,
    patch: [
      {
        find:
          '      if (response.writableLength > MAX_BEHIND_BYTES) socket.destroy();\n' +
          '      else response.write(event);',
        replace: '      response.write(event);',
      },
    ],
    breaks: ['8.6.10'],
    say:
      'You write, and never look whether anybody reads. What a closed laptop does not take, your process ' +
      'keeps, tick by tick.',
  },

  // ---- Step 7 ------------------------------------------------------------------------------------------
  {
    id: 'five-minutes-are-enough',
    step: '7',
    file: RUNBOOK,
    patch: [{ find: '14.4, [HOUR, 5 * MINUTE]', replace: '14.4, [5 * MINUTE]' }],
    breaks: ['8.7.1', '8.7.6'],
    say:
      'Somebody was woken for two bad minutes. Over five minutes they look like an outage; a longer ' +
      'window says whether they matter.',
  },
  {
    id: 'asks-for-the-impossible',
    step: '7',
    file: RUNBOOK,
    patch: [{ find: '14.4, [HOUR, 5 * MINUTE]', replace: '1_440, [HOUR, 5 * MINUTE]' }],
    breaks: ['8.7.2'],
    say:
      'The rule that should page cannot fire: so many times the budget is more than all requests. A ' +
      'factor is no percentage.',
  },
  {
    id: 'wakes-for-what-can-wait',
    step: '7',
    file: RUNBOOK,
    patch: [
      {
        find:
          "name: 'errors-burn-slowly',\n" +
          "      severity: 'ticket'",
        replace:
          "name: 'errors-burn-slowly',\n" +
          "      severity: 'page'",
      },
    ],
    breaks: ['8.7.3'],
    say: 'Somebody was woken for an error budget that lasts another week. That is what tickets are for.',
  },
  {
    id: 'nobody-is-that-slow',
    step: '7',
    file: RUNBOOK,
    patch: [{ find: 'over: SHOP.slowSeconds };', replace: 'over: 10 * SHOP.slowSeconds };' }],
    breaks: ['8.7.4'],
    say: 'Your rule does not see what is slow: beyond which bound of the histogram does it count?',
  },
  {
    id: 'silence-is-golden',
    step: '7',
    file: RUNBOOK,
    patch: [{ find: 'forMs: 2 * MINUTE,', replace: 'forMs: 20 * MINUTE,' }],
    breaks: ['8.7.5'],
    say: 'No requests, no errors, and nobody is woken in time. Hurry: that is the worst outage of all.',
  },
  {
    id: 'full-is-too-late',
    step: '7',
    file: RUNBOOK,
    patch: [
      { find: 'threshold: 0.75 * SHOP.heapLimitBytes', replace: 'threshold: 0.95 * SHOP.heapLimitBytes' },
    ],
    breaks: ['8.7.6'],
    say: 'When your rule notices the heap there is no time left to do anything about it.',
  },
  {
    id: 'link-leads-nowhere',
    step: '7',
    file: RUNBOOK,
    patch: [{ find: 'runbook: `#${rule.name}`', replace: 'runbook: `#alert-${rule.name}`' }],
    breaks: ['8.7.7'],
    say: 'The link in the page that wakes somebody leads to no heading of the runbook.',
  },
  {
    id: 'command-asks-for-what-is-not-there',
    step: '7',
    file: RUNBOOK,
    patch: [{ find: 'curl -s ${SHOP.url}/health/live`', replace: 'curl -s ${SHOP.url}/healthz`' }],
    breaks: ['8.7.8'],
    say:
      'A command of the runbook asks the monitor for something that it does not have. Run each of them ' +
      'once.',
  },
] satisfies readonly KnownWrong[];
