import { findRoot, readCatalogue, resolveAddress } from './kit/catalogue.ts';
import { EXIT, run } from './kit/command.ts';
import { listenForKeys } from './kit/keys.ts';
import { typeErrorLines, verdictScreen } from './kit/screen.ts';
import { Session } from './kit/session.ts';
import { footer, isInteractive, showScreen } from './kit/terminal.ts';

await run(
  {
    line: 'npm run watch <exercise>',
    about: 'The verdict on an exercise, or on one step of it, again at each save. Keys: r runs again, q quits.',
    options: {},
    words: [1, 1],
  },
  async ([address]) => {
    const root = findRoot();
    const { exercise, step } = resolveAddress(readCatalogue(root), address!);
    const keys = isInteractive() ? footer({ r: 'run again', q: 'quit' }) : undefined;
    const session = await Session.open(root, exercise, {
      focus: step,
      alone: step !== undefined,
      show: ({ verdict, typeErrors }) => {
        const types = typeErrors.length > 0 ? `\n\n${typeErrorLines(root, typeErrors)}` : '';
        showScreen(`${verdictScreen(verdict, { focus: step, lines: types ? 18 : 22 })}${types}`, keys);
      },
    });
    await new Promise<void>((quit) => {
      const stop = listenForKeys((key) => {
        if (key === 'r' || key === 'return') void session.judgeNow();
        if (key === 'q') quit(stop());
      });
      process.once('SIGTERM', quit);
      process.once('SIGINT', quit);
      void session.judgeNow();
    });
    await session.close();
    return EXIT.ok;
  },
);
