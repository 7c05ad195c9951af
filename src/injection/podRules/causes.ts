/** Causes by experiment: something is caused by what it would not be there without. */

export interface Causes<S> {
  readonly settings: readonly S[];
  /** one: taking any of them back is enough; all: it has to be all of them, and no fewer */
  readonly enough: 'one' | 'all';
}

/** `isGone`: whether it is gone with these settings taken back. Without an answer no setting is the cause: it is so by default.
 *  Where each of several settings would do by itself, a smallest set of them is found, not every one. */
export function causesOf<S>(settings: readonly S[], isGone: (without: readonly S[]) => boolean): Causes<S> | undefined {
  const alone = settings.filter((one) => isGone([one]));
  if (alone.length > 0) return { settings: alone, enough: 'one' };
  if (settings.length < 2 || !isGone(settings)) return undefined;
  let needed = settings;
  for (const one of settings) {
    const fewer = needed.filter((other) => other !== one);
    if (isGone(fewer)) needed = fewer;
  }
  return { settings: needed, enough: 'all' };
}
