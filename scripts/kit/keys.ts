import { emitKeypressEvents, type Key } from 'node:readline';

/** Calls `pressed` with each key, until the returned function is called; does nothing where there is no terminal. */
export function listenForKeys(pressed: (key: string) => void): () => void {
  const { stdin } = process;
  if (!stdin.isTTY) return () => {};
  const onKey = (text: string | undefined, { ctrl, name }: Key) => {
    pressed(ctrl && (name === 'c' || name === 'd') ? 'q' : (name ?? text ?? ''));
  };
  emitKeypressEvents(stdin);
  stdin.setRawMode(true).resume().on('keypress', onKey);
  return () => {
    stdin.off('keypress', onKey).setRawMode(false).pause();
  };
}

/** One key, in answer to a question. */
export function nextKey(): Promise<string> {
  return new Promise((resolve) => {
    const stop = listenForKeys((key) => {
      stop();
      resolve(key);
    });
  });
}
