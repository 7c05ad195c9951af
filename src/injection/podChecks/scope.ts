/** How much is left alone: settings that take nearly everything, or everything, out of the mesh. */

import { isGuestInterface } from '../../host/guestInterface.ts';
import { parseGoPrefix } from '../../istio/settings/goValues.ts';
import { splitList } from '../../istio/settings/settings.ts';
import type { Interval } from '../../lib/intervals.ts';
import { type Address, contains, parseAddress, parsePrefix, prefixRange } from '../../packet/address.ts';
import { areWideRanges, shareOfIPv4 } from '../../packet/wideRanges.ts';
import { isIstioCni, networksOf } from '../enrol/multus.ts';
import { extraNetworks } from '../podRules/extraNetworks.ts';
import { type CheckedPod, itemsNamed, type PodCheck, type PodRemark, settingNamed } from './check.ts';
import { locationOf } from './places.ts';

export const exclusionNotOverbroadCheck: PodCheck = {
  id: 'exclusion-not-overbroad',
  level: 'warning',
  judge: (subject) => [
    ...wideRanges(subject),
    ...clusterRanges(subject),
    ...primaryInterface(subject),
    ...nothingIncluded(subject),
    ...noGroups(subject),
  ],
};

function wideRanges(subject: CheckedPod): readonly PodRemark[] {
  const setting = settingNamed(subject, 'istio-service-exclude-cidr');
  if (setting === undefined || !areWideRanges(excludedRanges(setting.value))) return [];
  const share = shareOfIPv4(excludedRanges(setting.value));
  const of = share === 0 ? 'more than a network of IPv6' : `${share} % of all IPv4 addresses`;
  return [{ message: `excluded ranges \`${setting.value}\` are ${of}: what goes there is not captured`, place: setting.place }];
}

/** Pods and resolvers whose addresses are known tell where the cluster is. */
function clusterRanges(subject: CheckedPod): readonly PodRemark[] {
  const setting = settingNamed(subject, 'istio-service-exclude-cidr');
  const ranges = splitList(setting?.value ?? '').filter((range) => holdsCluster(subject, range));
  if (setting === undefined || ranges.length === 0 || areWideRanges(excludedRanges(setting.value))) return [];
  const message = `the cluster is in the excluded ranges \`${ranges.join(', ')}\`: calls to other pods or services there are not captured`;
  return [{ message, place: setting.place }];
}

function holdsCluster({ facts: { pod } }: CheckedPod, range: string): boolean {
  const prefix = parsePrefix(range);
  const known = [...pod.addresses, ...pod.nameservers].flatMap((text) => parseAddress(text) ?? []);
  return prefix !== undefined && known.some((address) => contains(prefix, address));
}

function excludedRanges(list: string): readonly Interval<Address>[] {
  return splitList(list).flatMap((text) => {
    const prefix = parseGoPrefix(text);
    return prefix === undefined ? [] : [prefixRange({ address: prefix.address, length: prefix.bits })];
  });
}

function primaryInterface(subject: CheckedPod): readonly PodRemark[] {
  const setting = settingNamed(subject, 'istio-exclude-interfaces');
  if (setting === undefined || !splitList(setting.value).includes('eth0')) return [];
  return [
    { message: "`eth0` is the pod's own interface: with it excluded nothing that leaves or arrives is captured", place: setting.place },
  ];
}

function nothingIncluded(subject: CheckedPod): readonly PodRemark[] {
  const ranges = settingNamed(subject, 'istio-service-cidr');
  if (ranges === undefined || ranges.value !== '' || itemsNamed(subject, 'istio-outbound-ports').length > 0) return [];
  const virtual = settingNamed(subject, 'kube-virt-interfaces');
  const guests = virtual === undefined || virtual.value === '' ? '' : `; guests behind \`${virtual.value}\` bypass the proxy both ways`;
  return [{ message: `no outbound traffic is captured: the included ranges are empty${guests}`, place: ranges.place }];
}

function noGroups(subject: CheckedPod): readonly PodRemark[] {
  const groups = settingNamed(subject, 'ISTIO_OUTBOUND_OWNER_GROUPS');
  if (groups === undefined || splitList(groups.value).length > 0) return [];
  return [{ message: 'no outbound traffic is captured: ISTIO_OUTBOUND_OWNER_GROUPS is empty', place: groups.place }];
}

/** What is routed through an interface that is left alone is out of the mesh: with a default route all that leaves the pod. */
export const ifaceExclusionRouted: PodCheck = {
  id: 'iface-exclusion-routed',
  level: 'warning',
  judge: (subject) => {
    const setting = settingNamed(subject, 'istio-exclude-interfaces');
    if (setting === undefined) return [];
    const excluded = splitList(setting.value);
    const networks = extraNetworks(subject.facts);
    const names = ['eth0', 'lo', ...networks.map(({ name }) => name)];
    const unknown = excluded.filter((name) => !names.includes(name));
    return [
      ...unknown.map(
        (name): PodRemark => ({
          // a bridge or a tunnel may be made by what runs in the pod; beside networks of Multus it is their name that is meant
          ...((isGuestInterface(name) || (networks.length === 0 && !OF_MULTUS.test(name))) && { level: 'info' }),
          message: `no network of the pod makes an interface \`${name}\`${networks.length === 0 ? '' : `: they make ${names.slice(2).join(', ')}`}`,
          place: setting.place,
        }),
      ),
      ...networks.flatMap(({ name, destinations }): PodRemark[] => {
        const wide = excluded.includes(name) ? destinations.filter((to) => isWide(to) || holdsCluster(subject, to)) : [];
        if (wide.length === 0) return [];
        const what = wide.some(isWide) ? 'the default route leads' : `\`${wide.join(', ')}\`, where the cluster is, is routed`;
        return [
          { message: `${what} through \`${name}\`, which is excluded: what leaves the pod so is not captured`, place: setting.place },
        ];
      }),
    ];
  },
};

/** As Multus calls interfaces without a name. */
const OF_MULTUS = /^net\d+$/;

/** A default route, or half of one. */
function isWide(range: string): boolean {
  return (parseGoPrefix(range)?.bits ?? 32) <= 1;
}

export const pluginOnce: PodCheck = {
  id: 'cni-plugin-once',
  level: 'warning',
  judge: ({ facts }) => {
    const { networks, at: place, by } = networksOf(facts);
    const named = networks.filter(isIstioCni).length;
    if (place === undefined) return [];
    if (facts.approach === 'multus' && named > 1) {
      return [
        {
          message: 'istio-cni is named twice: the second run of the plugin finds the chains of the first and fails',
          place: locationOf(place),
        },
      ];
    }
    if (facts.approach !== 'cni' || by !== 'pod' || named === 0) return [];
    const message =
      'Multus calls istio-cni for this pod, and the runtime calls it for every pod: its second run finds the chains of the first';
    return [{ message, help: 'drop the name; or, if only Multus calls the plugin, say --mode multus', place: locationOf(place) }];
  },
};

/** A range that begins at a loopback address switches the short cut over lo off, in both families. */
export const loopbackNotIncluded: PodCheck = {
  id: 'loopback-not-included',
  level: 'warning',
  judge: (subject) => {
    const setting = settingNamed(subject, 'istio-service-cidr');
    const found = splitList(setting?.value ?? '').find((text) => parseGoPrefix(text)?.loopback === true);
    if (setting === undefined || found === undefined) return [];
    const message = `\`${found}\` includes loopback addresses: what the application sends to itself over lo may be captured`;
    return [{ message, place: setting.place }];
  },
};
