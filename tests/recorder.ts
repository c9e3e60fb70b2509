/**
 * A function that answers as `answer` does and keeps the arguments of each call, in order.
 *
 * @returns the function, and the list of its calls
 */
export function recorder<Args extends unknown[], Result>(
  answer: (...args: Args) => Result,
): [recorded: (...args: Args) => Result, calls: Args[]] {
  const calls: Args[] = [];
  const recorded = (...args: Args) => {
    calls.push(args);
    return answer(...args);
  };
  return [recorded, calls];
}
