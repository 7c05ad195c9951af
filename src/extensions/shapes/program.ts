/** Little programs: classic BPF of -m bpf, tests on numbers of -m u32. */
import { numberOf, strtoul, U32 } from './number.ts';
import { type Decoded, malformed, type Shape } from './shape.ts';

export interface BpfInstruction {
  readonly code: number;
  readonly jumpTrue: number;
  readonly jumpFalse: number;
  readonly k: number;
}

/** kernel include/uapi/linux/netfilter/xt_bpf.h XT_BPF_MAX_NUM_INSTR */
const MAX_INSTRUCTIONS = 64;
/** As sscanf(3) reads it: numbers in base 10 and cut to their bits, and what follows the last one is not looked at. */
const DECIMAL = '\\s*([-+]?\\d+)(?!\\d)';
const INSTRUCTION = new RegExp(`^${DECIMAL.repeat(4)}`);
const COUNT = new RegExp(`^${DECIMAL}$`);
const RETURNS: ReadonlySet<number> = new Set([0x06, 0x16]);
const JUMPS: ReadonlySet<number> = new Set([0x15, 0x1d, 0x25, 0x2d, 0x35, 0x3d, 0x45, 0x4d]);
const DIVISIONS: ReadonlySet<number> = new Set([0x34, 0x94]);
const SHIFTS: ReadonlySet<number> = new Set([0x64, 0x74]);
const STORES: ReadonlySet<number> = new Set([0x60, 0x61, 0x02, 0x03]);
/** source: linux/bpf_common.h, what bpf_check_classic() knows beside those above */
const OTHERS: ReadonlySet<number> = new Set([
  ...[0x04, 0x0c, 0x14, 0x1c, 0x24, 0x2c, 0x3c, 0x44, 0x4c, 0x54, 0x5c, 0x6c, 0x7c, 0x84, 0x9c, 0xa4, 0xac],
  ...[0x20, 0x28, 0x30, 0x40, 0x48, 0x50, 0x80, 0x81, 0x00, 0x01, 0xb1, 0x05, 0x07, 0x87],
]);

/** kernel net/core/filter.c bpf_check_classic() */
function isSound(program: readonly BpfInstruction[]): boolean {
  return (
    program.every(({ code, jumpTrue, jumpFalse, k }, at) => {
      const left = program.length - at - 1;
      if (JUMPS.has(code)) return jumpTrue < left && jumpFalse < left;
      if (code === 0x05) return k < left;
      if (DIVISIONS.has(code)) return k !== 0;
      if (SHIFTS.has(code)) return k < 32;
      if (STORES.has(code)) return k < 16;
      return RETURNS.has(code) || OTHERS.has(code);
    }) && RETURNS.has(program.at(-1)?.code ?? 0)
  );
}

function scanned(digits: string, bits: number): number {
  return Number(BigInt.asUintN(bits, strtoul(digits, 10) ?? 0n));
}

/** `2,48 0 0 9,6 0 0 1`: a count, then code, two jumps and a number each */
export const bpfProgram: Shape<readonly BpfInstruction[]> = {
  decode: ({ text }): Decoded<readonly BpfInstruction[]> => {
    const [count = '', ...lines] = text.replace(/,$/, '').split(',');
    const program = lines.map((line) => INSTRUCTION.exec(line)?.slice(1) ?? []);
    const [, announced = ''] = COUNT.exec(count) ?? [];
    if (scanned(announced, 16) !== lines.length || program.some((numbers) => numbers.length === 0)) {
      return malformed(`\`${text}\` is not a valid BPF program`, 'a count of instructions, then four numbers for each');
    }
    const value = program.map(([code = '', jumpTrue = '', jumpFalse = '', k = '']) => ({
      code: scanned(code, 16),
      jumpTrue: scanned(jumpTrue, 8),
      jumpFalse: scanned(jumpFalse, 8),
      k: scanned(k, 32),
    }));
    if (value.length === 0 || value.length > MAX_INSTRUCTIONS) return malformed(`a BPF program has 1 to ${MAX_INSTRUCTIONS} instructions`);
    return isSound(value) ? { value } : { refused: 'not-loadable', message: 'the kernel does not take this BPF program' };
  },
  print: (value) =>
    `"${[value.length, ...value.map(({ code, jumpTrue, jumpFalse, k }) => `${code} ${jumpTrue} ${jumpFalse} ${k}`)].join(',')}"`,
};

export interface U32Test {
  /** the first offset, then operators with their numbers */
  readonly location: readonly (readonly [operator: string, number: number])[];
  readonly ranges: readonly { readonly lo: number; readonly hi: number }[];
}

/** kernel include/uapi/linux/netfilter/xt_u32.h XT_U32_MAXSIZE: slots of each table */
const MAX_SLOTS = 10;
const NUMBER = '(?:0[xX][0-9a-fA-F]+|0[0-7]*|[1-9][0-9]*)';
const SIDES = new RegExp(`^\\s*(${NUMBER}(?:\\s*(?:&|<<|>>|@)\\s*${NUMBER})*)\\s*=\\s*(${NUMBER}(?:\\s*[:,]\\s*${NUMBER})*)\\s*$`);
const STEP = new RegExp(`(&|<<|>>|@|^)\\s*(${NUMBER})`, 'g');

function readTest(text: string): U32Test | undefined {
  const [, left, right] = SIDES.exec(text) ?? [];
  if (left === undefined || right === undefined) return undefined;
  const location = [...left.matchAll(STEP)].map(([, operator = '', number = '']) => [operator, numberOf(number)] as const);
  const ranges = right.split(',').map((range) => {
    const [lo = '', hi = lo, more] = range.split(':').map((end) => end.trim());
    return more === undefined ? { lo: numberOf(lo), hi: numberOf(hi) } : { lo: U32 + 1, hi: 0 };
  });
  const numbers = [...location.map(([, number]) => number), ...ranges.flatMap(({ lo, hi }) => [lo, hi])];
  const fits = numbers.every((number) => number <= U32) && location.length <= MAX_SLOTS && ranges.length <= MAX_SLOTS;
  return fits ? { location, ranges } : undefined;
}

function hex(value: number): string {
  return `0x${value.toString(16)}`;
}

/** `0>>22&0x3C@4=0x29`, several joined by `&&` */
export const u32Tests: Shape<readonly U32Test[]> = {
  decode: ({ text }) => {
    const tests = text.split('&&').map(readTest);
    const value = tests.flatMap((test) => test ?? []);
    return value.length === tests.length && value.length <= MAX_SLOTS + 1
      ? { value }
      : malformed(`\`${text}\` is not a valid u32 test`, 'a test is written like `6&0xFF=1`');
  },
  print: (value) => {
    const tests = value.map(({ location, ranges }) => {
      const left = location.map(([operator, number]) => operator + hex(number)).join('');
      return `${left}=${ranges.map(({ lo, hi }) => (lo === hi ? hex(lo) : `${hex(lo)}:${hex(hi)}`)).join(',')}`;
    });
    return `"${tests.join('&&')}"`;
  },
};
