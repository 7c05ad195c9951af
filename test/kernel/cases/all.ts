import { CONNTRACK_CASES } from './conntrack.ts';
import { ISTIO_CASES } from './istio.ts';
import type { KernelCase } from './kernelCase.ts';
import { NAT_CASES } from './nat.ts';
import { REROUTING_CASES } from './rerouting.ts';
import { ROUTING_CASES } from './routing.ts';
import { WALK_CASES } from './walk.ts';

export const KERNEL_CASES: readonly KernelCase[] = [
  ...WALK_CASES,
  ...CONNTRACK_CASES,
  ...NAT_CASES,
  ...REROUTING_CASES,
  ...ROUTING_CASES,
  ...ISTIO_CASES,
];
