/** `chainwalk print RULES`: the rules as iptables-save would print them. */
import type { Command } from '../argv/command.ts';
import { ALLOW_EMPTY, COLOR, FAMILY, POD_OF_LOG, QUIET, RULES_TABLE, SET_VARIABLE } from '../argv/options.ts';

export const printCommand: Command = {
  name: 'print',
  summary: 'rules in canonical form, as iptables-save or nft prints them',
  args: [{ name: '<rules>', says: 'a file with rules, `-` for standard input' }],
  options: [FAMILY, RULES_TABLE, SET_VARIABLE, POD_OF_LOG, ALLOW_EMPTY, QUIET, COLOR],
  examples: [
    {
      says: 'compare two dumps without counters, comments and old spellings',
      line: 'diff <(chainwalk print a.rules) <(chainwalk print b.rules)',
    },
  ],
  run: async (io, input) => {
    const { runPrint } = await import('../check/runPrint.ts');
    return runPrint({ io, input });
  },
};
