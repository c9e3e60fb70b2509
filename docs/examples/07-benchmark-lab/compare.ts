import assert from 'node:assert/strict';
import { ratioOf, verdictOf } from '../../../reference/07-benchmark-lab/index.ts';

// #region compare
// Nanoseconds by generation and round. Something slowed the third round of the first generation: for both.
const ours = [[50, 51, 160, 50], [49, 50, 50, 51], [50, 52, 50, 50]];
const peer = [[100, 99, 322, 101], [98, 101, 100, 99], [100, 100, 99, 103]];
const peerAgain = [[101, 99, 318, 100], [99, 100, 100, 101], [98, 101, 100, 100]];

const ratio = ratioOf(ours, peer);
assert.equal(ratio.ratio.toFixed(2), '0.50');
assert.equal(verdictOf(ratio, ratioOf(peer, peerAgain)), 'ahead');
// #endregion compare
