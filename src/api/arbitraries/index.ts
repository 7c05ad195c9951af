/** `chainwalk/arbitraries`: packets, rulesets of iptables and of nftables, settings and hosts for property tests with fast-check, a peer dependency. */
export { type HostDescription, type HostOptions, hosts } from './hosts.ts';
export { type NftOptions, nftRulesets, nftTexts } from './nft.ts';
export { type GeneratedPacket, packets } from './packets.ts';
export { type RulesetOptions, rulesets, rulesTexts } from './rulesets.ts';
export type { PacketOptions, ProtoName } from './scene.ts';
export { istioSettings, type SettingsObject, type SettingsOptions } from './settings.ts';
