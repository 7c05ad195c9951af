/** The options that iptables has without any extension, by short and long name.
 *  man iptables(8), PARAMETERS; iptables xshared.c OPTSTRING_COMMON and the long options beside it */

export type BaseOption =
  | 'source'
  | 'destination'
  | 'protocol'
  | 'in-interface'
  | 'out-interface'
  | 'jump'
  | 'goto'
  | 'match'
  | 'fragments'
  | 'set-counters'
  | 'verbose'
  | 'ipv4'
  | 'ipv6'
  /** a command or a listing option: not for a rule */
  | 'refused';

export const SHORT: ReadonlyMap<string, BaseOption> = new Map([
  ['s', 'source'],
  ['d', 'destination'],
  ['p', 'protocol'],
  ['i', 'in-interface'],
  ['o', 'out-interface'],
  ['j', 'jump'],
  ['g', 'goto'],
  ['m', 'match'],
  ['f', 'fragments'],
  ['c', 'set-counters'],
  ['v', 'verbose'],
  ['4', 'ipv4'],
  ['6', 'ipv6'],
]);

const REFUSED = [
  ...['append', 'delete', 'check', 'insert', 'replace', 'list', 'list-rules', 'flush', 'zero', 'new-chain', 'delete-chain', 'rename-chain'],
  ...['policy', 'table', 'numeric', 'wait', 'wait-interval', 'exact', 'version', 'help', 'line-numbers', 'modprobe'],
];

export const LONG: ReadonlyMap<string, BaseOption> = new Map<string, BaseOption>([
  ['--source', 'source'],
  ['--src', 'source'],
  ['--destination', 'destination'],
  ['--dst', 'destination'],
  ['--protocol', 'protocol'],
  ['--in-interface', 'in-interface'],
  ['--out-interface', 'out-interface'],
  ['--jump', 'jump'],
  ['--goto', 'goto'],
  ['--match', 'match'],
  ['--fragments', 'fragments'],
  ['--set-counters', 'set-counters'],
  ['--verbose', 'verbose'],
  ['--ipv4', 'ipv4'],
  ['--ipv6', 'ipv6'],
  ...REFUSED.map((name) => [`--${name}`, 'refused'] as const),
]);

/** How an option is called in messages. */
export const SPELLING: Readonly<Record<BaseOption, string>> = {
  source: '-s',
  destination: '-d',
  protocol: '-p',
  'in-interface': '-i',
  'out-interface': '-o',
  jump: '-j',
  goto: '-g',
  match: '-m',
  fragments: '-f',
  'set-counters': '-c',
  verbose: '-v',
  ipv4: '-4',
  ipv6: '-6',
  refused: '',
};

const WITHOUT_ARGUMENT: readonly BaseOption[] = ['fragments', 'verbose', 'ipv4', 'ipv6', 'refused'];

export function takesArgument(option: BaseOption): boolean {
  return !WITHOUT_ARGUMENT.includes(option);
}
