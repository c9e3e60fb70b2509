import assert from 'node:assert/strict';

/** The duration that a share of all, from 0 to 1, does not exceed. */
function quantile(durations: readonly number[], share: number): number {
  const sorted = [...durations].sort((a, b) => a - b);
  return sorted[Math.max(0, Math.ceil(share * sorted.length) - 1)]!;
}

// #region omission
/** A service that answers in 1 ms, and that stands still for a second, once, five seconds after the start. */
const answeredAt = (askedAt: number) => (askedAt >= 5_000 && askedAt < 6_000 ? 6_001 : askedAt + 1);

// A tester who asks every 10 ms, but never before the last answer is there.
const tester: number[] = [];
for (let at = 0; at < 10_000; ) {
  const answer = answeredAt(at);
  tester.push(answer - at);
  at = Math.max(at + 10, answer);
}

// Users, who know nothing of each other, and ask every 10 ms.
const users = Array.from({ length: 1_000 }, (_, index) => answeredAt(10 * index) - 10 * index);

assert.equal(quantile(tester, 0.99), 1);
assert.equal(quantile(users, 0.99), 901);
assert.equal(tester.filter((ms) => ms > 100).length, 1); // one of 901
assert.equal(users.filter((ms) => ms > 100).length, 91); // 91 of 1,000
// #endregion omission

// #region mean
const usual = Array.from({ length: 99 }, () => 2);
const mean = [...usual, 500].reduce((sum, ms) => sum + ms, 0) / 100;

assert.equal(mean, 6.98); // nobody waited that long
// #endregion mean
