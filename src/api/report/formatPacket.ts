/** A packet of an answer in words. */
import { packetText } from '../../packet/notation.ts';
import type { PacketJson } from '../../packet/packetJson.ts';
import { readPacketJson } from '../../packet/readPacketJson.ts';
import { InputError } from '../library/inputError.ts';

/** The packet of an answer, such as an example or a witness, in the notation that `trace` and the command line read.
 *  @throws InputError when this is not a whole packet in object form */
export function formatPacket(packet: PacketJson): string {
  const { given, problems } = readPacketJson(packet);
  if (given === undefined) throw new InputError(problems);
  const { dir, proto, src, dst, ttl, tos, length } = given;
  if (dir === undefined || proto === undefined || src === undefined || dst === undefined)
    throw new InputError(['a packet of an answer has `dir`, `proto`, `src` and `dst`']);
  if (ttl === undefined || tos === undefined || length === undefined)
    throw new InputError(['a packet of an answer has `ttl`, `tos` and `len`']);
  return packetText({
    socket: dir === 'out',
    mark: 0,
    fragOffset: 0,
    ...given,
    family: packet.dst.includes(':') ? 6 : 4,
    dir,
    proto,
    src,
    dst,
    ttl,
    tos,
    length,
  });
}
