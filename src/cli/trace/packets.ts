/** Packets as the user gives them: notation on the command line, JSON lines in a file. */

import type { SaidPacket } from '../../connection/saidDirection.ts';
import type { Complaint } from '../../lib/complaint.ts';
import { readPacketJson } from '../../packet/readPacketJson.ts';
import { parsePacket } from '../../syntax/packets/parsePacket.ts';
import { type Diagnostic, isError } from '../../syntax/text/diagnostic.ts';

export type ReadPacket = SaidPacket | UnreadablePacket;

export interface UnreadablePacket {
  readonly complaints: readonly Complaint[];
  /** the same with their places, when there is a text */
  readonly diagnostics?: readonly Diagnostic[];
}

/** Arrow or iptables form. */
export function readPacketText(text: string): ReadPacket {
  const { packet, diagnostics, notes, isWayUnsaid } = parsePacket({ file: 'packet', text: text.trim() });
  if (packet !== undefined && !diagnostics.some(isError))
    return { given: packet, ...(notes && { notes }), ...(isWayUnsaid && { isWayUnsaid }) };
  return { diagnostics, complaints: diagnostics.map(({ message, help }) => ({ message, help })) };
}

/** One JSON line: the object form, or `{"packet":"arrow or iptables form"}`; or a packet in words. */
export function readPacketLine(line: string): ReadPacket {
  if (!/^\s*[[{"]/.test(line) || /^\s*\[[\s\d.]+\]/.test(line)) return readPacketText(line);
  let value: unknown;
  try {
    value = JSON.parse(line);
  } catch (error) {
    return { complaints: [{ message: `this line is not JSON: ${error instanceof Error ? error.message : String(error)}` }] };
  }
  if (typeof value === 'object' && value !== null && 'packet' in value && Object.keys(value).length === 1) {
    if (typeof value.packet === 'string') return readPacketText(value.packet);
    return readObject(value.packet);
  }
  return readObject(value);
}

function readObject(value: unknown): ReadPacket {
  const { given, problems } = readPacketJson(value);
  return given === undefined ? { complaints: problems.map((message) => ({ message })) } : { given };
}
