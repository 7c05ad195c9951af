/** LOG, NFLOG, TRACE - write the packet down and go on.
 *  man    iptables-extensions(8), LOG, NFLOG and TRACE
 *  kernel net/netfilter/xt_LOG.c, xt_NFLOG.c, xt_TRACE.c: all return XT_CONTINUE; x_tables loads TRACE into raw only, iptables-nft anywhere */
import { saveOption, targetExtension } from '../contract/extension.ts';

/** iptables leaves out a level of `warning`. */
const DEFAULT_LEVEL = 4;

/** Bit by bit as `iptables -L -n` sums them up. */
const LISTED_FLAGS = ['--log-tcp-sequence', '--log-tcp-options', '--log-ip-options', '--log-uid', '', '--log-macdecode'];

/** Without -n, where iptables prints names that it does not read. */
const LISTED_LEVELS: Readonly<Record<string, string>> = { err: '3', warn: '4' };

export const LOG = targetExtension({
  name: 'LOG',
  families: [4, 6],
  options: {
    '--log-prefix': { value: ['logPrefix'] },
    '--log-level': { value: ['logLevel'] },
    '--log-tcp-sequence': { value: [] },
    '--log-tcp-options': { value: [] },
    '--log-ip-options': { value: [] },
    '--log-uid': { value: [] },
    '--log-macdecode': { value: [] },
  },
  listing: {
    pieces: [
      {
        pattern: /LOG flags (\d+)/,
        words: (flags = '') => LISTED_FLAGS.filter((flag, bit) => flag !== '' && ((Number(flags) >> bit) & 1) === 1),
      },
      { pattern: /LOG/, words: () => [] },
      { pattern: /level (\S+)/, words: (level = '') => ['--log-level', LISTED_LEVELS[level] ?? level] },
      { pattern: /prefix ["`](.*)["']$/, words: (prefix = '') => ['--log-prefix', prefix] },
    ],
    options: {
      '--log-tcp-sequence': /tcp-sequence/,
      '--log-tcp-options': /tcp-options/,
      '--log-ip-options': /ip-options/,
      '--log-uid': /uid/,
      '--log-macdecode': /macdecode/,
    },
  },
  lower: () => ({ kind: 'continue' }),
  save: (given, context) => {
    const level = given['--log-level'];
    const flags = ['--log-tcp-sequence', '--log-tcp-options', '--log-ip-options', '--log-uid', '--log-macdecode'] as const;
    return [
      ...(given['--log-prefix'] === undefined ? [] : saveOption(given['--log-prefix'], { value: ['logPrefix'] }, context)),
      ...(level === undefined || level.values[0] === DEFAULT_LEVEL ? [] : saveOption(level, { value: ['logLevel'] }, context)),
      ...flags.filter((flag) => given[flag] !== undefined),
    ];
  },
});

export const NFLOG = targetExtension({
  name: 'NFLOG',
  families: [4, 6],
  options: {
    '--nflog-prefix': { value: ['nflogPrefix'] },
    '--nflog-group': { value: ['u16'] },
    '--nflog-range': { value: ['u32'], excludes: ['--nflog-size'] },
    '--nflog-size': { value: ['u32'] },
    '--nflog-threshold': { value: ['u16'] },
  },
  check: (given) => {
    const range = given['--nflog-range'];
    return range === undefined
      ? []
      : [{ kind: 'warning', message: '`--nflog-range` has no effect; iptables-nft leaves it out', printedAs: 'nft', option: range.name }];
  },
  listing: {
    pieces: [
      {
        pattern: /nflog-prefix +("(?:[^"\\]|\\.)*"|\S+)/,
        words: (prefix = '') => ['--nflog-prefix', prefix.replace(/^"(.*)"$/, '$1').replace(/\\(.)/g, '$1')],
      },
    ],
    options: {
      '--nflog-group': /nflog-group (\d+)/,
      '--nflog-range': /nflog-range (\d+)/,
      '--nflog-size': /nflog-size (\d+)/,
      '--nflog-threshold': /nflog-threshold (\d+)/,
    },
  },
  lower: () => ({ kind: 'continue' }),
  save: (given, context) => {
    const { '--nflog-prefix': prefix, '--nflog-group': group, '--nflog-size': size, '--nflog-threshold': threshold } = given;
    return [
      ...(prefix === undefined ? [] : saveOption(prefix, { value: ['nflogPrefix'] }, context)),
      ...(group === undefined || group.values[0] === 0 ? [] : saveOption(group, { value: ['u16'] }, context)),
      ...(size === undefined ? [] : saveOption(size, { value: ['u32'] }, context)),
      ...(threshold === undefined || threshold.values[0] === 0 ? [] : saveOption(threshold, { value: ['u16'] }, context)),
    ];
  },
});

export const TRACE = targetExtension({
  name: 'TRACE',
  families: [4, 6],
  options: {},
  legacyTables: ['raw'],
  lower: () => ({ kind: 'continue' }),
});
