/** Tasks that wait for one another, so that at most `count` run at once, in the order in which they come. */
export type Gate = <Result>(task: () => Promise<Result>) => Promise<Result>;

export function atMost(count: number): Gate {
  let free = count;
  const waiting: (() => void)[] = [];
  return async (task) => {
    if (free > 0) free--;
    else
      await new Promise<void>((begin) => {
        waiting.push(begin);
      });
    try {
      return await task();
    } finally {
      const next = waiting.shift();
      if (next === undefined) free++;
      else next();
    }
  };
}
