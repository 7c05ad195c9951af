import { describe, expect, it } from 'vitest';
import { renderRequest } from '../../src/istio/render/request.ts';
import { isEnvironmentFile } from '../../src/istio/settings/environmentFile.ts';

const CLUSTER_ENV = [
  "CANONICAL_SERVICE='vm'",
  '# who is captured',
  "ISTIO_INBOUND_PORTS='*'",
  'export ISTIO_LOCAL_EXCLUDE_PORTS="22,15090"  # probes',
  `ISTIO_METAJSON_LABELS='{"app":"vm"}'`,
  'ISTIO_SERVICE_CIDR=10.0.0.0/8\r',
  'POD_NAMESPACE=$(cat /ns)',
  '',
].join('\n');

const rendered = (text: string) => renderRequest({ settings: { file: 'cluster.env', text } });

describe('cluster.env of a virtual machine', () => {
  it('is what JSON with the same variables is', () => {
    const json = { ISTIO_INBOUND_PORTS: '*', ISTIO_LOCAL_EXCLUDE_PORTS: '22,15090', ISTIO_SERVICE_CIDR: '10.0.0.0/8' };
    expect(rendered(CLUSTER_ENV).rendered).toEqual(rendered(JSON.stringify(json)).rendered);
    expect(rendered(CLUSTER_ENV).rendered?.v4).toContain('--dport 22 -j RETURN');
  });

  it('counts the last assignment', () => {
    const twice = 'ISTIO_INBOUND_PORTS=80\nISTIO_INBOUND_PORTS=81\n';
    expect(rendered(twice).rendered).toEqual(rendered('{"ISTIO_INBOUND_PORTS":"81"}').rendered);
  });

  it.each([
    ['ISTIO_INBOUND_PORTS=$PORTS', 'the value of `ISTIO_INBOUND_PORTS` is made by a shell', 0],
    ['ISTIO_INBOUND_PORTS=80\nset -a', 'expected an assignment `NAME=value`', 23],
    ["ISTIO_INBOUND_PORTS='80", 'the value of `ISTIO_INBOUND_PORTS` is made by a shell', 0],
  ])('%j is refused where it stands', (text, message, start) => {
    const { diagnostics } = rendered(text);
    expect(diagnostics.map((one) => [one.message, one.span.start])).toEqual([[message, start]]);
  });

  it('what Istio refuses stands at its line', () => {
    const text = 'POD_NAMESPACE=a\nISTIO_SERVICE_CIDR=10.0.0.0/99\n';
    expect(rendered(text).diagnostics[0]?.span.start).toBe(text.indexOf('ISTIO_SERVICE'));
  });

  it('is told from JSON and from dumps', () => {
    expect([CLUSTER_ENV, '{"ISTIO_INBOUND_PORTS":"*"}', '*nat\nCOMMIT\n'].map(isEnvironmentFile)).toEqual([true, false, false]);
  });
});
