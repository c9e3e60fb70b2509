const { port1, port2 } = new MessageChannel();
const waiting: (() => void)[] = [];
port1.onmessage = () => waiting.shift()!();

/** In a turn of the event loop of its own, as Node's. */
export function setImmediate(run: () => void): { unref(): void } {
  waiting.push(run);
  port2.postMessage(null);
  return { unref() {} };
}
