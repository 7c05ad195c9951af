/** What the page does without a browser: links, other addresses, questions that wait. */
import { describe, expect, it } from 'vitest';
import { unifiedDiff } from '../../src/lib/unifiedDiff.ts';
import { appliedDiff } from '../../web/state/changedLines.ts';
import { openLane, type WorkerLike } from '../../web/state/lane.ts';
import { type PageState, USUAL_STATE } from '../../web/state/pageState.ts';
import { fragmentOf, stateIn } from '../../web/state/permalink.ts';
import { redactor } from '../../web/state/redact.ts';
import type { FromWorker, ToWorker } from '../../web/worker/questions.ts';

const STATE: PageState = {
  ...USUAL_STATE,
  file: 'größe ☃.rules',
  rules: '*nat\n-A OUTPUT -m comment --comment "naïve 🦊 \u0000 </script>" -j ACCEPT\nCOMMIT\n',
  packet: 'in udp -> [fd00::1]:53',
  mesh: 'linkerd',
  tab: 'claims',
};

describe('links', () => {
  it('a state comes back out of its link, whatever its letters', async () => {
    const fragment = await fragmentOf(STATE);
    expect(fragment).toMatch(/^v1=[\w-]+$/);
    expect(await stateIn(`#${fragment}`)).toEqual(STATE);
    expect(await stateIn(`#${await fragmentOf(USUAL_STATE)}`)).toEqual(USUAL_STATE);
  });

  it.each(['', '#', '#v1=', '#v1=!!!!', '#v1=AAAA', '#v2=abc', '#v1=%00', '#v1=<img src=x>'])('%s is no state', async (fragment) => {
    expect(await stateIn(fragment)).toBeUndefined();
  });

  it('of a state that somebody else wrote, only what it may say is taken', async () => {
    const wrong = { rules: 7, packet: 'in tcp -> 10.0.0.1:1', mesh: 'other', tab: '__proto__', __proto__: { file: 'x' }, extra: 'y' };
    const fragment = await fragmentOf(wrong as unknown as PageState);
    expect(await stateIn(fragment)).toEqual({ ...USUAL_STATE, packet: 'in tcp -> 10.0.0.1:1' });
  });

  it('few bytes that stand for very many are not unpacked', async () => {
    const fragment = await fragmentOf({ ...USUAL_STATE, rules: ' '.repeat(40 * 1024 * 1024) });
    expect(fragment.length).toBeLessThan(200_000);
    expect(await stateIn(fragment)).toBeUndefined();
  });
});

describe('other addresses', () => {
  const bits = [0, 1, 1, 0, 1, 0, 0, 1, 1, 1, 0] as const;
  const redactAll = () => {
    let at = 0;
    return redactor(() => bits[at++ % bits.length] ?? 0);
  };
  const number = (address: string) => address.split('.').reduce((sum, part) => sum * 256 + Number(part), 0);
  const common = (a: string, b: string) => Math.clz32((number(a) ^ number(b)) >>> 0);

  it('two addresses share as many bits as before', () => {
    const redact = redactAll();
    const all = [
      '10.244.0.5',
      '10.244.0.9',
      '10.244.7.1',
      '10.96.0.10',
      '203.0.113.9',
      '203.0.113.8',
      '203.0.112.9',
      '192.168.3.4',
      '192.1.2.3',
    ];
    const others = redact(all.join(' ')).split(' ');
    expect(others).not.toEqual(all);
    for (const [index, one] of all.entries())
      for (const [other, two] of all.entries()) expect(common(others[index] ?? '', others[other] ?? '')).toBe(common(one, two));
  });

  it('what the address says by itself stays: loopback, private, multicast, masks, ports, versions', () => {
    const redact = redactAll();
    expect(redact('127.0.0.1/32 0.0.0.0/0 224.0.0.1 255.255.255.255 ::1/128 ::/0 ff02::1 v1.8.9')).toBe(
      '127.0.0.1/32 0.0.0.0/0 224.0.0.1 255.255.255.255 ::1/128 ::/0 ff02::1 v1.8.9',
    );
    expect(redact('-d 10.0.0.0/255.0.0.0 -s 172.16.0.0/12')).toBe('-d 10.0.0.0/255.0.0.0 -s 172.16.0.0/12');
    expect(redact('10.1.2.3:8080')).toMatch(/^10\.\d+\.\d+\.\d+:8080$/);
    expect(redact('[2001:db8::9]:443 fe80::1 fd00::1')).toMatch(/^\[[23][\da-f:]+\]:443 fe[89ab][\da-f:]+ fd[\da-f:]+$/);
    expect(redact('aa:bb:cc:dd:ee:ff 12:30:45 :INPUT ACCEPT [0:0] NAT::x')).toBe('aa:bb:cc:dd:ee:ff 12:30:45 :INPUT ACCEPT [0:0] NAT::x');
  });

  it('a block stays a block, and a range does not end before it begins', () => {
    const redact = redactAll();
    expect(redact('203.0.113.0/24')).toMatch(/^\d+\.\d+\.\d+\.0\/24$/);
    const [from = '', to = ''] = redact('203.0.113.9-203.0.113.77').split('-');
    expect(number(from)).toBeLessThanOrEqual(number(to));
  });
});

describe('questions that wait', () => {
  const open = () => {
    const sent: ToWorker[] = [];
    const heard: FromWorker[] = [];
    let reply: (data: FromWorker) => void = () => {};
    let started = 0;
    const lane = openLane({
      start: (onMessage): WorkerLike => {
        started += 1;
        reply = onMessage;
        return { postMessage: (message) => sent.push(message), terminate: () => {} };
      },
      onAnswer: (_, data) => heard.push(data),
      onBusy: () => {},
    });
    const ask = (rules: string, packet: string) =>
      lane.ask({ rules, setting: { file: '', podIp: '', mesh: 'auto', family: '', pod: '' }, question: { kind: 'mermaid', packet } });
    return { sent, heard, lane, ask, answer: (number: number) => reply({ number, answer: { text: `${number}` } }), starts: () => started };
  };

  it('one runs; of those that wait the newest is asked, and only its answer is heard', () => {
    const { sent, heard, ask, answer } = open();
    const [first, , last] = [ask('r', 'a'), ask('r', 'b'), ask('r', 'c')];
    expect(sent).toHaveLength(2);
    answer(first);
    expect(heard).toEqual([]);
    answer(last);
    expect(heard).toEqual([{ number: last, answer: { text: `${last}` } }]);
    expect(sent.map((message) => ('rules' in message ? 'rules' : message.number))).toEqual(['rules', first, last]);
  });

  it('the text is handed over once, and again to a new worker', () => {
    const { sent, ask, answer, lane, starts, heard } = open();
    answer(ask('r', 'a'));
    answer(ask('r', 'b'));
    const ended = ask('r', 'c');
    lane.cancel();
    answer(ended);
    answer(ask('s', 'd'));
    expect(starts()).toBe(2);
    expect(sent.flatMap((message) => ('rules' in message ? [message.rules] : []))).toEqual(['r', 's']);
    expect(heard).toHaveLength(3);
  });
});

describe('a diff', () => {
  const lines = (...some: readonly string[]) => some.map((line) => `${line}\n`).join('');

  it.each([
    ['a line moves', lines('1', '2', '3', '4', '5', '6', '7', '8', '9'), lines('1', '3', '4', '5', '6', '7', '8', '2', '9')],
    ['two places far apart', lines(...'abcdefghijklmnopqrst'), lines('0', ...'abcdefghijklmnopqrst', '1')],
    ['all goes', lines('1', '2'), ''],
    ['all comes', '', lines('1', '2')],
    ['lines that look like signs', lines('-a', '+b', '@@ -1,2 +1,2 @@', ' c'), lines('+b', '-a', '--- x', ' c')],
    ['no line feed at the end', '1\n2\n3', '1\n3'],
    ['carriage returns', '1\r\n2\r\n3\r\n', '1\r\n3\r\n'],
  ])('of a text gives the other one: %s', (_, before, after) => {
    expect(appliedDiff(before, unifiedDiff('f', before, after))).toBe(after);
  });
});
