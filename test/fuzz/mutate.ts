/** Small and large changes of a text, the same for the same seed. */
import type { Random } from '../kernel/generate/random.ts';

const PIECES = [
  ...'\0 \t \r \n " \' \\ ` $ ! : ; , - [ ] { } ( ) & * # % @ ~ < > | ? /'.split(' '),
  ...'&a *a <<: *a|--- ... !!merge !!binary {{.x}} null ~ true 0x 1e999 -1 99999999999999999999 ../ :: ::error::x ##[error]x'.split(' '),
  ...'__proto__ constructor toString hasOwnProperty kind items packets groups -A -N -j -m -p -s -d --dport REDIRECT DNAT TPROXY RETURN LOG'.split(
    ' ',
  ),
  ...'-m owner --uid-owner 1|-m statistic --mode nth --every 2|-j MARK --set-xmark 0x1/0x3|-m mark ! --mark 1|-m conntrack --ctstate NEW'.split(
    '|',
  ),
  ...'10.0.0.0/0 ::/0 1.2.3.4.5 fe80::1%eth0 0-65535 65536 captured-out direct'.split(' '),
  '\u001b[2J',
  '\u202e',
  '\u009b',
  '\ud800',
  '\u{e0041}',
  '\ufeff',
  ' '.repeat(300),
  '9'.repeat(2000),
  '['.repeat(400),
  'a: '.repeat(50),
];

export function mutate(random: Random, corpus: readonly string[]): string {
  let text = random.pick(corpus);
  for (let left = random.chance(0.7) ? 1 : 1 + random.below(5); left > 0; left--) text = change(random, text, corpus);
  return text.slice(0, 40_000);
}

function change(random: Random, text: string, corpus: readonly string[]): string {
  const at = random.below(text.length + 1);
  const end = at + random.below(random.chance(0.8) ? 12 : 400);
  const lines = text.split('\n');
  const line = random.below(lines.length);
  switch (random.below(12)) {
    case 0:
      return text.slice(0, at) + text.slice(end);
    case 1:
      return text.slice(0, at) + random.pick(PIECES) + text.slice(at);
    case 2:
      return text.slice(0, at) + random.pick(PIECES) + text.slice(end);
    case 3:
      return text.slice(0, end) + text.slice(at);
    case 4:
      return lines.toSpliced(line, random.below(3), lines[random.below(lines.length)] ?? '').join('\n');
    case 5: {
      const other = random.pick(corpus);
      const from = random.below(other.length + 1);
      return text.slice(0, at) + other.slice(from, from + random.below(200)) + text.slice(at);
    }
    case 6:
      return lines.toSpliced(line, 1).join('\n');
    case 7:
    case 8:
    case 9:
    case 10:
      return withOtherWord(random, text, at);
    default:
      // a word of the text in another place
      return text.slice(0, at) + random.pick(text.split(/\s+/)) + text.slice(end);
  }
}

/** The first word from here on is another: a number in place of a number, otherwise a word of the same text. */
function withOtherWord(random: Random, text: string, at: number): string {
  const found = /[\w.-]+/.exec(text.slice(at));
  if (found === null) return text;
  const start = at + found.index;
  const numbers = ['0', '1', '80', '443', '1337', '15001', '65535', '70000'];
  const word = random.pick(/^\d+$/.test(found[0]) ? numbers : (text.match(/[A-Za-z_][\w.-]*/g) ?? ['x']));
  return text.slice(0, start) + word + text.slice(start + found[0].length);
}
