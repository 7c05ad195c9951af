/** Other ways to write the same rule: order, abbreviated names, `=`, and what stands around the clause. */
import fc from 'fast-check';
import type { Extension } from '../../../src/extensions/contract/extension.ts';
import type { Family } from '../../../src/packet/address.ts';
import { type ClauseText, type OptionText, quote } from '../../extensions/clauseText.ts';

const PLAIN = { cut: 0, joined: false };

interface Style {
  /** letters that are left out at the end of the name */
  readonly cut: number;
  readonly joined: boolean;
}

const STYLE: fc.Arbitrary<Style> = fc.oneof(
  { weight: 6, arbitrary: fc.constant(PLAIN) },
  { weight: 1, arbitrary: fc.record({ cut: fc.nat(4), joined: fc.boolean() }) },
);

function optionWords({ name, inverted, values }: OptionText, { cut, joined }: Style): string {
  const shortened = cut === 0 ? name : name.slice(0, Math.max(4, name.length - cut));
  const [first, ...others] = values.map(quote);
  const words = first === undefined ? [shortened] : joined ? [`${shortened}=${first}`, ...others] : [shortened, first, ...others];
  return [...(inverted ? ['!'] : []), ...words].join(' ');
}

function maybe(text: fc.Arbitrary<string>, weight = 1): fc.Arbitrary<string> {
  return fc.oneof({ weight: 12, arbitrary: fc.constant('') }, { weight, arbitrary: text });
}

function inverted(text: fc.Arbitrary<string>): fc.Arbitrary<string> {
  return fc.tuple(fc.boolean(), text).map(([not, option]) => (not ? `! ${option}` : option));
}

/** Options that need no extension; addresses may have host bits, and masks that are no prefix. */
function baseOptions(family: Family): fc.Arbitrary<readonly string[]> {
  const address = family === 4 ? fc.ipV4() : fc.ipV6().filter((text) => !text.includes('.'));
  const network = fc.oneof(
    address,
    fc.tuple(address, fc.nat(family === 4 ? 32 : 128)).map((parts) => parts.join('/')),
    fc.tuple(address, address).map((parts) => parts.join('/')),
  );
  const name = fc.constantFrom('eth0', 'eth+', 'lo', 'a.b:c@d', 'wlan0-very-long', '+');
  return fc.tuple(
    maybe(inverted(network.map((value) => `-s ${value}`))),
    maybe(inverted(network.map((value) => `--dst ${value}`))),
    maybe(fc.tuple(network, network).map((both) => `-d ${both.join(',')}`)),
    maybe(inverted(name.map((value) => `-i ${value}`))),
    maybe(inverted(name.map((value) => `--out-interface ${value}`))),
    maybe(inverted(fc.constantFrom('-f', '--fragment'))),
    maybe(fc.constantFrom('-m comment --comment "it\'s a \\"note\\""', '-m comment --comment plain', '-m mark ! --mark 0x1/0x1')),
  );
}

const PROTO = inverted(
  fc.constantFrom('-p tcp', '-p udp', '-p 58', '-p all', '-p SCTP', '--protocol icmp', '-p ipv6-icmp', '-p 255', '-p esp'),
);
const TARGET = fc.constantFrom('-j ACCEPT', '-j RETURN', '--jump DROP', '-j LOG', '-j MARK --set-mark 5', '-g OTHER');

/** The clause with its options in any order, amid others. */
export function spelt(extension: Extension, clause: ClauseText): fc.Arbitrary<string> {
  const { options, call, proto, family } = clause;
  const order = extension.options['--next'] === undefined ? fc.boolean() : fc.constant(false);
  const ownOptions = fc
    .tuple(order, fc.shuffledSubarray([...options], { minLength: options.length }), fc.tuple(...options.map(() => STYLE)))
    .map(([any, shuffled, styles]) => (any ? shuffled : options).map((option, at) => optionWords(option, styles[at] ?? PLAIN)));
  const around = fc.tuple(baseOptions(family), maybe(PROTO), extension.kind === 'match' ? maybe(TARGET, 6) : fc.constant(''), fc.boolean());
  return fc.tuple(ownOptions, around).map(([own, [base, otherProto, target, behind]]) => {
    const before = behind ? [] : base;
    const after = behind ? base : [];
    return [...before, proto === '' ? otherProto : proto, call, ...own, target, ...after].filter((part) => part !== '').join(' ');
  });
}
