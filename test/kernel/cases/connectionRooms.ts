/** All rooms. */
import type { ConnectionRoom } from './connectionRoom.ts';
import { DNS_ROOM, KUMA_GUESTS_ROOM, KUMA_USER_ROOM } from './connectionsDns.ts';
import { ROUTER_ROOM, ROUTER6_ROOM } from './connectionsRouter.ts';
import { REDIRECTING_ROOM, SERVER_ROOM, SERVER6_ROOM, TWO_WAYS_ROOM } from './connectionsServer.ts';
import { SIDECAR_ROOM } from './connectionsSidecar.ts';
import { TPROXY_ROOM, TPROXY6_ROOM } from './connectionsTproxy.ts';

export const CONNECTION_ROOMS: readonly ConnectionRoom[] = [
  SIDECAR_ROOM,
  TPROXY_ROOM,
  TPROXY6_ROOM,
  ROUTER_ROOM,
  ROUTER6_ROOM,
  SERVER_ROOM,
  SERVER6_ROOM,
  TWO_WAYS_ROOM,
  REDIRECTING_ROOM,
  DNS_ROOM,
  KUMA_GUESTS_ROOM,
  KUMA_USER_ROOM,
];
