/** Addresses that Istio gives to hosts without one: the agent answers with them, and only the proxy knows whom they stand for.
 *  source: istio/istio pilot/pkg/features PILOT_IP_AUTOALLOCATE_IPV4_PREFIX; docs/facts/istio.md#allocated-addresses */
import { splitList } from '../../istio/settings/settings.ts';
import { has } from '../../istio/settings/version.ts';
import { parsePrefix, prefixRange } from '../../packet/address.ts';
import { valueAt } from '../configuration/mesh.ts';
import { proxyMetadata } from '../facts/facts.ts';
import { type CheckedPod, itemsNamed, type PodCheck, type PodRemark, settingNamed } from './check.ts';

const ALLOCATED: readonly (readonly [variable: string, range: string])[] = [
  ['PILOT_IP_AUTOALLOCATE_IPV4_PREFIX', '240.240.0.0/16'],
  ['PILOT_IP_AUTOALLOCATE_IPV6_PREFIX', '2001:2::/48'],
];

export const autoAllocatedCaptured: PodCheck = {
  id: 'auto-allocated-captured',
  level: 'warning',
  judge: (subject) => {
    const { facts } = subject;
    const metadata = proxyMetadata(facts);
    const isOn = (name: string): boolean => /^(?:true|t|1)$/i.test(metadata.get(name)?.value ?? '');
    if (facts.approach === 'ambient' || !isOn('ISTIO_META_DNS_CAPTURE')) return [];
    const isAsked = isOn('ISTIO_META_DNS_AUTO_ALLOCATE');
    const isDefault = has(facts.version, 'allocatedByDefault') && !isOff(subject);
    if (!isAsked && !isDefault) return [];
    const level = isAsked ? {} : ({ level: 'info' } as const);
    const families = facts.pod.addresses.length === 0 ? [4] : facts.pod.addresses.map((text) => (text.includes(':') ? 6 : 4));
    return ALLOCATED.flatMap(([variable, usual]): readonly PodRemark[] => {
      const range = variableOf(subject, variable) ?? usual;
      return families.includes(range.includes(':') ? 6 : 4) ? outside(subject, range).map((remark) => ({ ...remark, ...level })) : [];
    });
  },
};

function isOff(subject: CheckedPod): boolean {
  return variableOf(subject, 'PILOT_ENABLE_IP_AUTOALLOCATE') === 'false';
}

function variableOf({ facts: { mesh } }: CheckedPod, name: string): string | undefined {
  return valueAt(mesh, `pilot.env.${name}`, `env.${name}`)?.value;
}

function outside(subject: CheckedPod, range: string): readonly PodRemark[] {
  const included = settingNamed(subject, 'istio-service-cidr');
  const excluded = settingNamed(subject, 'istio-service-exclude-cidr');
  const says = `connections to hosts that get an address of ${range} (DNS auto-allocation) are not captured, and no other program knows the address`;
  const all = splitList(included?.value ?? '*');
  if (included !== undefined && !all.includes('*') && !all.some((one) => overlap(one, range) === 'all')) {
    const ports = itemsNamed(subject, 'istio-outbound-ports');
    const but = ports.length === 0 ? '' : `, but for the captured ports ${ports.join(', ')}`;
    return [
      {
        message: `${range} is not among the captured ranges \`${included.value}\`: ${says}${but}`,
        help: `add ${range} to them`,
        place: included.place,
      },
    ];
  }
  const spared = splitList(excluded?.value ?? '').filter((one) => overlap(one, range) !== 'none');
  if (excluded === undefined || spared.length === 0) return [];
  return [
    {
      message: `the excluded ranges \`${spared.join(', ')}\` hold ${range}: ${says}`,
      help: 'exclude smaller ranges',
      place: excluded.place,
    },
  ];
}

function overlap(one: string, range: string): 'none' | 'some' | 'all' {
  const [a, b] = [parsePrefix(one), parsePrefix(range)];
  if (a === undefined || b === undefined || one.includes(':') !== range.includes(':')) return 'none';
  const [outer, inner] = [prefixRange(a), prefixRange(b)];
  if (outer.lo <= inner.lo && inner.hi <= outer.hi) return 'all';
  return outer.hi < inner.lo || inner.hi < outer.lo ? 'none' : 'some';
}
