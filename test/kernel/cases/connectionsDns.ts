/** Questions of DNS where zones keep those of the proxy apart: Istio's capture, and Kuma's with the findings of docs/findings.md. */
import { readFileSync } from 'node:fs';
import { dumpOf, readFixture } from '../../support/fixtures.ts';
import type { HostJson } from '../question.ts';
import { type ConnectionRoom, filter, raw } from './connectionRoom.ts';

const DNS = readFixture('istio-dns');
const finding = (name: string): string => readFileSync(new URL(`../../../fixtures/findings/${name}.rules`, import.meta.url), 'utf8');
const host = (name: string): HostJson =>
  JSON.parse(readFileSync(new URL(`../../../fixtures/hosts/${name}.json`, import.meta.url), 'utf8')) as HostJson;

export const DNS_ROOM: ConnectionRoom = {
  name: 'istio with DNS capture',
  family: 4,
  rules: dumpOf(DNS.text, 4),
  host: {
    ...(DNS.host as HostJson),
    listeners: [...((DNS.host as HostJson).listeners ?? []), { process: 'app', proto: 'udp', port: 9000 }],
  },
  openings: [
    'out udp -> 10.96.0.10:53 uid=1000',
    'out udp -> 10.96.0.10:53 uid=1337 gid=1337',
    'out tcp -> 10.96.0.10:53 uid=1000',
    // the answer looks like a question
    'in udp 10.0.0.9:53 -> 10.244.0.5:9000',
  ],
  edits: [
    { edits: [], ends: ['completes', 'completes', 'completes', 'answer delivered'] },
    {
      edits: [filter('-A INPUT -p udp -m conntrack --ctstate NEW -i eth0 -j DROP')],
      ends: ['completes', 'completes', 'completes', 'first dropped filter:INPUT:1'],
    },
    {
      edits: [raw('-A OUTPUT -p udp --sport 15053 -j CT --zone 9')],
      ends: ['answer delivered', 'completes', 'completes', 'answer delivered'],
    },
    { edits: [raw('-A OUTPUT -p udp --dport 53 -j ACCEPT')], ends: ['answer delivered', 'completes', 'completes', 'answer delivered'] },
    {
      edits: [raw('-A PREROUTING -p udp --sport 53 -j CT --zone 2'), filter('-A INPUT -p udp -m conntrack --ctstate NEW -i eth0 -j DROP')],
      ends: ['completes', 'answer dropped filter:INPUT:1', 'completes', 'first dropped filter:INPUT:1'],
    },
  ],
};

export const KUMA_GUESTS_ROOM: ConnectionRoom = {
  name: 'kuma, containers of a virtual network',
  family: 4,
  rules: dumpOf(finding('kuma-vnet'), 4),
  host: { ...host('pod-kuma-docker0'), sysctls: { 'net.ipv4.ip_forward': '1' } },
  openings: ['in udp 172.17.0.2 -> 8.8.8.8:53 iif=docker0', 'out udp -> 8.8.8.8:53 uid=1000'],
  edits: [
    { edits: [], ends: ['answer sent', 'completes'] },
    { edits: [raw('-A PREROUTING -i docker0 -p udp --dport 53 -j CT --zone 2')], ends: ['completes', 'completes'] },
  ],
};

export const KUMA_USER_ROOM: ConnectionRoom = {
  name: 'kuma, an excluded user',
  family: 4,
  rules: dumpOf(finding('kuma-excluded-user'), 4),
  host: host('pod-kuma'),
  openings: ['out udp -> 8.8.8.8:53 uid=107 gid=107', 'out udp -> 8.8.8.8:53 uid=1000'],
  edits: [
    { edits: [], ends: ['answer dropped filter:INPUT:4', 'completes'] },
    { edits: [raw('-A OUTPUT -p udp -m owner --uid-owner 107 -j ACCEPT')], ends: ['answer dropped filter:INPUT:4', 'completes'] },
  ],
};
