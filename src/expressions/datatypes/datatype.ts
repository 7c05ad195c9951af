/** A type of nftables: which values it has, how they are written, and how they are printed. */
import type { ProblemSink } from '../../syntax/text/problems.ts';
import type { Constants } from './constants.ts';

/** What reading a value takes beside its words. */
export interface ValueReading {
  readonly report: ProblemSink;
  /** numeric ids of user and group names */
  readonly users?: ReadonlyMap<string, number> | undefined;
  readonly groups?: ReadonlyMap<string, number> | undefined;
}

export interface Datatype {
  /** as man nft(8) names it: `inet_service` */
  readonly name: string;
  readonly form: 'number' | 'name' | 'address4' | 'address6' | 'mac' | 'classid';
  /** of a number */
  readonly bits: number;
  /** the greatest number, where it is not that of the bits */
  readonly last?: number | undefined;
  readonly constants?: Constants;
  /** a list of constants is all of their bits, and a value alone asks for some of its bits */
  readonly flags?: true;
  /** names that only the machine knows where the rules are loaded */
  readonly names?: 'user' | 'group' | 'device group' | 'realm' | 'service' | 'interface' | 'label' | 'clock' | 'duration';
  /** how a number is printed that has no name; absent: in base 10 */
  readonly prints?: 'hex2' | 'hex4' | 'hex8' | 'hex';
  /** intervals of its values in a set are listed as prefixes where they are some */
  readonly prefixes?: true;
  /** false: it cannot be part of a key with others */
  readonly sized?: false;
  /** the kernel has it in the byte order of the machine; absent: in that of the network */
  readonly byHost?: true;
}
