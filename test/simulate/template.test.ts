/** A CT rule's template keeps the mark that CONNMARK has written on it: what a packet finds there depends on the packets before. */
import { describe, expect, it } from 'vitest';
import { simulate } from '../../src/simulate/simulate.ts';
import { assignmentOf, bitsNumber, setContains } from '../../src/symbolic/space/member.ts';
import { makeSpace } from '../../src/symbolic/space/space.ts';
import { traverseOut } from '../../src/symbolic/walk/traverse.ts';
import { USUAL } from '../kernel/cases/kernelCase.ts';
import { kernelHere } from '../kernel/kernelHere.ts';
import { openOracle } from '../kernel/oracle.ts';
import { questionOf } from '../kernel/question.ts';
import { hostOf } from '../support/host.ts';
import { packetOf } from '../support/packet.ts';
import { rulesetOf } from '../support/rulesets.ts';
import { symbolicEnds } from '../symbolic/ends.ts';

const raw = (...rules: readonly string[]) => `*raw\n:PREROUTING ACCEPT\n:OUTPUT ACCEPT\n${rules.join('\n')}\nCOMMIT\n`;
const HOST = hostOf(USUAL);
const to = (port: number) => packetOf(`out tcp 10.244.0.5 -> 10.0.0.9:${port}`, HOST);

interface Case {
  readonly name: string;
  readonly rules: readonly string[];
  /** ports of the packets, with the marks that each may end with; undefined: not known */
  readonly packets: readonly (readonly [number, readonly number[] | undefined])[];
  /** what the kernel makes of them, one after the other */
  readonly kernel: readonly number[];
}

const CASES: readonly Case[] = [
  {
    name: 'matched by a later packet',
    rules: [
      '-A OUTPUT -j CT --zone 1',
      '-A OUTPUT -m connmark --mark 7 -j MARK --set-mark 9',
      '-A OUTPUT -p tcp --dport 81 -j CONNMARK --set-mark 7',
    ],
    packets: [
      [80, [0, 9]],
      [81, [0, 9]],
      [80, [0, 9]],
    ],
    kernel: [0, 0, 9],
  },
  {
    name: 'written before it is read',
    rules: ['-A OUTPUT -j CT --zone 1', '-A OUTPUT -j CONNMARK --set-mark 7', '-A OUTPUT -m connmark --mark 7 -j MARK --set-mark 9'],
    packets: [[80, [9]]],
    kernel: [9],
  },
  {
    name: 'restored by a later packet',
    rules: [
      '-A OUTPUT -j CT --zone 1',
      '-A OUTPUT -p tcp --dport 80 -j CONNMARK --restore-mark',
      '-A OUTPUT -p tcp --dport 81 -j CONNMARK --set-mark 7',
    ],
    packets: [
      [80, undefined],
      [81, [0]],
      [80, undefined],
    ],
    kernel: [0, 0, 7],
  },
  {
    name: 'a bit of it written, the others as they were',
    rules: [
      '-A OUTPUT -j CT --zone 1',
      '-A OUTPUT -j CONNMARK --set-xmark 0x1/0x1',
      '-A OUTPUT -m connmark ! --mark 1 -j MARK --set-mark 9',
      '-A OUTPUT -p tcp --dport 81 -j CONNMARK --set-xmark 0x2/0x2',
    ],
    packets: [
      [81, [0, 9]],
      [80, [0, 9]],
    ],
    kernel: [0, 9],
  },
  {
    name: 'nothing writes it: it is 0',
    rules: ['-A OUTPUT -j CT --zone 1', '-A OUTPUT -m connmark --mark 0 -j MARK --set-mark 9', '-A OUTPUT -m connmark --mark 7 -j DROP'],
    packets: [[80, [9]]],
    kernel: [9],
  },
];

describe('the mark of a template', () => {
  it.each(CASES)('$name', ({ rules, packets }) => {
    const ruleset = rulesetOf(raw(...rules), { family: 4 });
    const space = makeSpace(4, HOST);
    const classes = traverseOut({ space, ruleset });
    for (const [port, marks] of packets) {
      const packet = to(port);
      const { walks } = simulate({ ruleset, packet, host: HOST });
      const assignment = assignmentOf(space, packet);
      const mine = classes.filter(({ set }) => setContains(space, set, assignment));
      if (marks === undefined) {
        expect(walks.map(({ fate }) => fate.kind)).toEqual(['undecided']);
        expect(mine.map(({ fate }) => fate.kind)).toEqual(['undecided']);
      } else {
        expect([...new Set(walks.map(({ after }) => after.mark))].sort()).toEqual(marks);
        expect([...new Set(mine.map(({ env }) => Number(bitsNumber(space, env.mark, assignment))))].sort()).toEqual(marks);
      }
    }
  });
});

describe.runIf(kernelHere()).each(['legacy', 'nft'] as const)('the kernel, %s backend', (backend) => {
  it.each(CASES)('$name', async ({ rules, packets, kernel }) => {
    const oracle = openOracle(backend);
    try {
      const answers = await oracle.ask(
        questionOf(
          USUAL,
          { v4: raw(...rules) },
          packets.map(([port]) => to(port)),
        ),
      );
      expect(answers.map(({ mark_after }) => mark_after)).toEqual(kernel);
    } finally {
      await oracle.close();
    }
  });
});

it('is gone where conntrack does not track the packet: its mark is that of no connection', () => {
  const rules = [
    raw('-A OUTPUT -j CT', '-A OUTPUT -p tcp --dport 81 -j CONNMARK --set-mark 7'),
    '*filter\n:INPUT ACCEPT\n:FORWARD ACCEPT\n:OUTPUT ACCEPT\n-A OUTPUT -m connmark --mark 7 -j DROP\n-A OUTPUT -j CONNMARK --restore-mark\nCOMMIT\n',
  ].join('');
  const packet = 'out icmpv6 fd00:10:244::5 -> fd00:10:244::9 icmp=135';
  expect(symbolicEnds({ rules, packet })).toHaveLength(1);
});
