/** Scripts made at random, of what scripts around iptables are made of. Whatever they do is decided by the text alone. */
import fc from 'fast-check';

/** Lines of a script; deeper ones are indented where they are embedded. */
type Lines = readonly string[];

const NAMES = ['A', 'PORT', 'NETS', 'IPT', 'x'] as const;
const WORDS = ['80', '443', 'tcp', 'a b', '10.0.0.0/8', 'one', 'two', '', '*', '3'] as const;

const name = fc.constantFrom(...NAMES);
const literal = fc.constantFrom(...WORDS);

const value: fc.Arbitrary<string> = fc.oneof(
  literal.map((text) => `"${text}"`),
  literal.map((text) => `'${text}'`),
  fc.constantFrom('80', '443', 'eth0', '1-2', 'a\\ b'),
  name.map((of) => `$${of}`),
  name.map((of) => `"$${of}"`),
  name.map((of) => `"\${${of}}x"`),
  fc.tuple(name, literal).map(([of, text]) => `"\${${of}:-${text}}"`),
  fc.tuple(name, fc.constantFrom('1', 'zz')).map(([of, text]) => `\${${of}:+${text}}`),
  fc.tuple(name, fc.constantFrom('%0', '%%/*', '#e', '##* ', '%?')).map(([of, edit]) => `"\${${of}${edit}}"`),
  name.map((of) => `\${#${of}}`),
  fc.constantFrom(
    '$((1 + 2 * 3))',
    '$(( (7 - 2) % 3 ))',
    '$(echo hi)',
    '`echo back`',
    '"$(printf \'%s-%s\' a b)"',
    '$(seq 2 4)',
    '$(id -u)',
    '$EUID',
  ),
  fc.constantFrom('"$1"', '$2', '$#', '"$@"', '$*', '"\\$A"', '"a\\"b"', "it''s", '{80,443}', 'p{1..3}'),
);

const call: fc.Arbitrary<Lines> = fc
  .tuple(
    fc.constantFrom('iptables', '/sbin/iptables', 'command iptables', '$IPTABLES', 'ip6tables', 'sudo iptables'),
    fc.array(value, { maxLength: 3 }),
  )
  .map(([program, values]) => [`${program} -A INPUT -m comment --comment x ${values.join(' ')}`]);

const test: fc.Arbitrary<string> = fc.oneof(
  fc.tuple(value, value).map(([a, b]) => `[ "x"${a} = "x"${b} ]`),
  fc.tuple(name, literal).map(([a, b]) => `[ "$${a}" = "${b}" ]`),
  fc.tuple(name, literal).map(([a, b]) => `[ "$${a}" != '${b}' -a -n "$${a}" ]`),
  name.map((a) => `[ -z "$${a}" ]`),
  name.map((a) => `! [ -n "$${a}" ]`),
  fc.tuple(name, fc.constantFrom('80', '4*', '[0-9]*', '*b')).map(([a, pattern]) => `[[ $${a} == ${pattern} ]]`),
  fc.tuple(name, name).map(([a, b]) => `[[ -n $${a} && ( -z $${b} || $${a} != $${b} ) ]]`),
  fc.constantFrom(
    'true',
    'false',
    '[ 3 -gt 2 ]',
    '[ 1 -eq 2 -o 2 -le 2 ]',
    '(( 3 > 4 ))',
    '[ "$(id -u)" -ne 0 ]',
    '[[ $EUID -eq 0 ]]',
    '[ $# -gt 1 ]',
    'command -v iptables',
  ),
);

const assignment: fc.Arbitrary<Lines> = fc.oneof(
  fc.tuple(name, value).map(([to, what]) => [`${to}=${what}`]),
  // `export A={1,2}` is two assignments to bash: nobody writes that
  fc.tuple(name, value).map(([to, what]) => [`export ${to}=${what.includes('{8') || what.includes('{1') ? '1' : what}`]),
  fc.tuple(name, literal).map(([to, what]) => [`${to}+="${what}"`]),
  fc.tuple(name, literal).map(([to, what]) => [`: "\${${to}:=${what}}"`]),
  fc.constantFrom(['set -- 7 "8 9"'], ['shift'], ['IFS=,'], ["IFS=$' \\t\\n'"]),
);

const indent = (lines: Lines): Lines => lines.map((line) => (/^(?:END|\||\d)/.test(line) ? line : `  ${line}`));

const { body } = fc.letrec<{ body: Lines; statement: Lines }>((tie) => ({
  body: fc.array(tie('statement'), { minLength: 1, maxLength: 3, depthIdentifier: 'script' }).map((parts) => parts.flat()),
  statement: fc.oneof(
    { depthIdentifier: 'script', depthSize: 'small', maxDepth: 4 },
    { arbitrary: call, weight: 5 },
    { arbitrary: assignment, weight: 4 },
    {
      arbitrary: fc.constantFrom(
        ['# iptables -A INPUT -j DROP', ':'],
        ['echo "iptables -F"'],
        ['return 0'],
        ['helper 5 "6 7"'],
        ['helper'],
        ['inner "$@"'],
      ),
      weight: 2,
    },
    {
      arbitrary: fc
        .tuple(test, tie('body'), tie('body'))
        .map(([condition, yes, no]) => [`if ${condition}; then`, ...indent(yes), 'else', ...indent(no), 'fi']),
      weight: 2,
    },
    {
      arbitrary: fc
        .tuple(test, test, tie('body'))
        .map(([a, b, yes]) => [`if ${a}`, 'then', ...indent(yes), `elif ${b}; then`, ...indent(yes), 'fi']),
      weight: 1,
    },
    {
      arbitrary: fc
        .tuple(
          name,
          fc.array(value, { minLength: 1, maxLength: 3 }),
          tie('body'),
          fc.constantFrom('', 'break', 'continue', '[ "$x" = 80 ] && continue'),
        )
        .map(([over, words, inside, end]) => [
          `for ${over} in ${words.join(' ')}; do`,
          ...indent(inside),
          ...(end === '' ? [] : [`  ${end}`]),
          'done',
        ]),
      weight: 2,
    },
    { arbitrary: tie('body').map((inside) => ['i=0', 'while [ $i -lt 2 ]; do', ...indent(inside), '  i=$((i + 1))', 'done']), weight: 1 },
    {
      arbitrary: fc
        .tuple(name, tie('body'), tie('body'))
        .map(([of, one, two]) => [
          `case "$${of}" in`,
          '  80|one)',
          ...indent(one),
          '    ;;',
          '  4*) ',
          ...indent(two),
          '    ;;',
          '  *) : ;;',
          'esac',
        ]),
      weight: 2,
    },
    {
      arbitrary: fc
        .tuple(test, fc.constantFrom('&&', '||'), call)
        .map(([condition, join, [line = '']]) => [`${condition} ${join} ${line}`]),
      weight: 2,
    },
    { arbitrary: fc.tuple(test, call, call).map(([condition, [a = ''], [b = '']]) => [`${condition} && { ${a}; } || ${b}`]), weight: 1 },
    { arbitrary: tie('body').map((inside) => ['(', ...indent(inside), ')']), weight: 1 },
    {
      arbitrary: tie('body').map((inside) => [
        'while read -r A PORT; do',
        ...indent(inside),
        'done <<END',
        '10.0.0.0/8 80',
        '$x 443 tcp',
        'END',
      ]),
      weight: 1,
    },
    { arbitrary: tie('body').map((inside) => ['own() {', '  local x=1', ...indent(inside), '}', 'own a "b c"']), weight: 1 },
  ),
}));

/** `helper` is always there; `return` outside of a function ends nothing in a script that is read, so it stands in functions alone. */
export const scriptText: fc.Arbitrary<string> = body.map((lines) =>
  [
    '#!/bin/bash',
    'IPTABLES="iptables -w"',
    'A=1; PORT=80; NETS="10.0.0.0/8 192.168.0.0/16"; IPT=; x=one',
    'inner() { :; }',
    'helper() {',
    `  iptables -A INPUT -m comment --comment h "$#" "$@" "$\{1:-none}"`,
    '}',
    'main() {',
    ...indent(lines),
    '}',
    'main first "second one"',
    'iptables -A INPUT -m comment --comment end "$A" "$PORT" "$NETS" "$IPT" "$x"',
    '',
  ].join('\n'),
);
