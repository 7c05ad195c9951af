/** What the exit code says; the same for every command. */
export const EXIT = {
  /** done, and nothing to report */
  ok: 0,
  /** findings: a violated claim, a changed fate, an unmet --expect; with --strict also undecided answers and warnings */
  findings: 1,
  /** the input or the usage is wrong, or something in it cannot be checked at all */
  usage: 2,
  /** a bug in chainwalk */
  bug: 3,
} as const;

export type ExitCode = (typeof EXIT)[keyof typeof EXIT];

/** The code that counts when several inputs were handled. */
export function worst(a: ExitCode, b: ExitCode): ExitCode {
  return a > b ? a : b;
}
