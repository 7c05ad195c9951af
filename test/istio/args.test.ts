/** Arguments of istio-iptables as its flag library takes them. */
import { describe, expect, it } from 'vitest';
import { readArgs } from '../../src/istio/settings/readArgs.ts';
import { LATEST } from '../../src/istio/settings/version.ts';

function read(args: readonly string[], minor = LATEST.minor): { readonly values: string; readonly said: readonly string[] } {
  const { given, diagnostics } = readArgs(args, { minor });
  return {
    values: given.map(({ name, value }) => `${name}=${value}`).join(' '),
    said: diagnostics.map(({ kind, message }) => `${kind}: ${message}`),
  };
}

/** arguments, what they set */
const TAKEN = [
  [['-p', '15001'], 'envoy-port=15001'],
  [['-p15001'], 'envoy-port=15001'],
  [['-p=15001'], 'envoy-port=15001'],
  // nothing stands behind the equals sign: it is the value itself
  [['-x='], 'istio-service-exclude-cidr=='],
  [['--istio-service-exclude-cidr='], 'istio-service-exclude-cidr='],
  [['--envoy-port=a=b'], 'envoy-port=a=b'],
  [['--envoy-port', '--redirect-dns'], 'envoy-port=--redirect-dns'],
  [['-x', ''], 'istio-service-exclude-cidr='],
  [['-n'], 'dry-run=true'],
  [['-n=false'], 'dry-run=false'],
  [['-np', '1'], 'dry-run=true envoy-port=1'],
  [['--redirect-dns'], 'redirect-dns=true'],
  [['--redirect-dns=F'], 'redirect-dns=F'],
  [['-b', '80', '-b', '90'], 'istio-inbound-ports=80 istio-inbound-ports=90'],
  [['istio-iptables', '-b', '*'], 'istio-inbound-ports=*'],
  [['--log_output_level=default:info', '-u', '7'], 'log_output_level=default:info proxy-uid=7'],
  [['--iptables-probe-port=0x3a_9a'], 'iptables-probe-port=0x3a_9a'],
  [['--probe-timeout', '1m30.5s'], 'probe-timeout=1m30.5s'],
] as const;

/** arguments, what is said of them */
const SAID = [
  [['--nonsense'], 'malformed: istio-iptables has no flag `--nonsense`'],
  [['-y'], 'malformed: istio-iptables has no flag `-y`'],
  [['-ny'], 'malformed: istio-iptables has no flag `-y`'],
  [['---p'], 'malformed: `---p` is not a flag'],
  [['--=x'], 'malformed: `--=x` is not a flag'],
  [['-p'], 'malformed: `-p` needs a value'],
  [['--envoy-port'], 'malformed: `--envoy-port` needs a value'],
  [['--redirect-dns=maybe'], 'malformed: `maybe` is not a valid value for `--redirect-dns`, which takes a `true` or `false`'],
  [
    ['--iptables-probe-port=65536'],
    'malformed: `65536` is not a valid value for `--iptables-probe-port`, which takes a number up to 65535',
  ],
  [['--probe-timeout=5'], 'malformed: `5` is not a valid value for `--probe-timeout`, which takes a duration such as `5s`'],
  [['--redirect-dns', 'false'], 'warning: istio-iptables ignores the argument `false`'],
  [['--', '-b'], 'warning: istio-iptables ignores the argument `-b`'],
  [['-'], 'warning: istio-iptables ignores the argument `-`'],
  [[''], 'warning: istio-iptables ignores the argument ``'],
] as const;

describe('arguments of istio-iptables', () => {
  it.each(TAKEN)('%j are taken', (args, values) => expect(read(args)).toMatchObject({ values }));
  it.each(SAID)('%j: %s', (args, said) => expect(read(args).said).toEqual([said]));

  it('an empty value that was lost takes the next flag with it, and what that flag wanted is left over', () => {
    expect(read(['-i', '*', '-x', '-b', '*', '-d', '15090'])).toEqual({
      values: 'istio-service-cidr=* istio-service-exclude-cidr=-b istio-local-exclude-ports=15090',
      said: ['warning: `-x` takes `-b` as its value', 'warning: istio-iptables ignores the argument `*`'],
    });
  });

  it('flags that a version lacks are unknown to it', () => {
    expect(read(['--force-apply'], 23).said).toEqual(['malformed: Istio 1.23 has no flag `--force-apply`']);
    expect(read(['--force-apply'], 24).said).toEqual([]);
    expect(read(['-f'], 23).said).toEqual([]);
    expect(read(['-f'], 24).said).toEqual(['malformed: Istio 1.24 has no flag `-f`']);
  });

  it('every mistake has its place', () => {
    const { diagnostics } = readArgs(['-x', '', '--nope'], LATEST);
    expect(diagnostics.map(({ source, span }) => source.text.slice(span.start, span.end))).toEqual(['--nope']);
  });
});
