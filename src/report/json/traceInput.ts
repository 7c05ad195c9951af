/** A traced packet with all that is known beside it: what every format of an answer is made of. */

import type { GeneralWords } from '../../connection/generalWords.ts';
import type { Journey, Outcome } from '../../connection/journey.ts';
import type { KernelView } from '../../connection/kernelView.ts';
import type { Assumption } from '../../mesh/assumption.ts';
import type { PartialPacket } from '../../packet/partialPacket.ts';
import type { Rule } from '../../ruleset/ruleset.ts';
import type { Source } from '../../syntax/text/source.ts';

/** Packets with the same outcome, rewriting and deciding rules. */
export interface TraceSame {
  /** all of them that have its protocol, as a packet set */
  readonly exactly: () => string;
  /** as people speak of them */
  readonly general: GeneralWords;
}

/** What would have to be otherwise for the packet to have another outcome. */
export interface TraceWhyNot {
  readonly outcome: Outcome;
  /** that the packet has it, or what changes it: the smallest changes of the packet, or why there is none */
  readonly answer:
    | { readonly kind: 'has' }
    | { readonly kind: 'found'; readonly packets: readonly ChangedPacket[] }
    | { readonly kind: 'none' | 'undecided'; readonly reason: string };
  /** deleted from the text, the packet has the outcome */
  readonly without?: Rule;
}

export interface ChangedPacket {
  readonly journey: Journey;
  /** keys of the object form */
  readonly changed: readonly string[];
  /** parts that its text may leave out */
  readonly defaults: readonly (keyof PartialPacket)[];
  /** the rule that is against the packet as it was given: it matches, or else on `clause` */
  readonly against?: { readonly rule: Rule; readonly clause?: string };
}

export interface TraceInput {
  readonly journey: Journey;
  /** file of the ruleset, as the user gave it */
  readonly file: string;
  /** keys of the packet that were not given, see completePacket */
  readonly defaults: readonly (keyof PartialPacket)[];
  readonly assumptions?: readonly Assumption[];
  /** every packet of each connection is shown */
  readonly whole?: boolean | undefined;
  /** name of the mesh profile; absent: no mesh */
  readonly profile?: string | undefined;
  /** packets that are treated alike */
  readonly same?: TraceSame | undefined;
  /** answer to --why-not */
  readonly whyNot?: TraceWhyNot | undefined;
  /** why the pod of a manifest is not captured though it has a proxy, or why its rules are not known, and then there is no path */
  readonly outside?: string | undefined;
  /** why the pod of a manifest has no rules of the packet's family, or no address of it */
  readonly because?: string | undefined;
  /** what is known of the pod beside its rules, as sentences */
  readonly notes?: readonly string[] | undefined;
  /** what makes the answer doubtful though it follows from the rules, as sentences */
  readonly warnings?: readonly string[] | undefined;
  /** text of the ruleset, for formats that point into it and for counters */
  readonly source?: Source | undefined;
  /** what the running kernel did with the same; absent: it was not to be asked */
  readonly kernel?: KernelView | undefined;
}
