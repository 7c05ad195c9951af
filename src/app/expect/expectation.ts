/** The expected outcomes of packets, and where: the contents of an expectation file. */
import type { WantedEnd } from '../../connection/wantedEnd.ts';
import type { PartialPacket } from '../../packet/partialPacket.ts';
import type { Fence } from '../../query/expectations.ts';
import type { PacketSet } from '../../syntax/packets/parsePacketSet.ts';
import type { Source, Span } from '../../syntax/text/source.ts';

/** What a file says of where its packets are. Paths count from its own folder. */
export interface ExpectationPlace {
  readonly rules?: string;
  readonly manifest?: string;
  readonly pod?: string;
  readonly phase?: string;
  readonly mode?: string;
  readonly values?: readonly string[];
  readonly istio?: string;
  readonly kubernetes?: string;
  readonly nameservers?: readonly string[];
  readonly host?: string;
  readonly podIps?: readonly string[];
  readonly proxyUid?: number;
  readonly proxyGid?: number;
  readonly profile?: string;
  readonly set?: Readonly<Record<string, string>>;
}

export interface ExpectationFile extends ExpectationPlace {
  readonly packets: readonly Expectation[];
}

export type Expectation = ExpectedPacket | ExpectedSet;

interface Common {
  readonly because?: string;
  /** of the packet or the set in the file */
  readonly span: Span;
}

export interface ExpectedPacket extends Common {
  readonly kind: 'packet';
  readonly wanted: WantedEnd;
  /** as it is written */
  readonly text: string;
  readonly given: PartialPacket;
  /** a line of a program without a direction */
  readonly isWayUnsaid?: true;
  readonly by?: string;
  readonly to?: number;
}

export interface ExpectedSet extends Common {
  readonly kind: 'set';
  readonly text: string;
  readonly where: PacketSet;
  readonly wanted: WantedEnd | Fence;
  readonly every: boolean;
}

export interface LoadedExpectations {
  readonly source: Source;
  readonly file: ExpectationFile;
}
