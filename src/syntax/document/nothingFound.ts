/** What is said of texts in which no rule was found. */

/** Tables say that this is all there is. */
export const NO_RULES = { kind: 'warning', code: 'no-rules', message: 'no rule found in this text' } as const;

export const NOT_RULES = {
  kind: 'malformed',
  code: 'no-rules',
  message: 'no rule found in this text: it has no table and no call of iptables or nft',
  help: 'give the text of `iptables-save`, `iptables-restore` or `nft list ruleset`, or lines that call `iptables` or `nft`',
} as const;

const MEANT = 'a kernel without tables is meant with --allow-empty, in the library `allowEmpty`';

/** fact: iptables-save of a host that has legacy rules only is empty, and its warning goes to standard error. A command that failed
 *  before a pipe leaves as little. */
export const EMPTY_TEXT = {
  kind: 'malformed',
  code: 'empty-input',
  message: 'this text is empty: no table and no rule',
  help: `did the command that should write it fail? The rules may also be in \`iptables-legacy-save\` or \`nft list ruleset\`; ${MEANT}`,
} as const;

export const NO_CHANGES = {
  kind: 'malformed',
  code: 'empty-input',
  message: 'no rule and no table in this text: its commands leave none',
  help: MEANT,
} as const;
