/** What conntrack keeps of a TCP connection, and what each segment makes of it. Of sequence numbers it is kept what each side has sent:
 *  a segment that acknowledges more is INVALID. Windows are wide enough for every segment.
 *  kernel net/netfilter/nf_conntrack_proto_tcp.c tcp_conntracks[][][], nf_conntrack_tcp_packet(), tcp_in_window() */
import { TCP_FLAGS } from '../packet/fields.ts';
import type { CtDirection, StreamPlace } from '../packet/packet.ts';

const STATES = [
  'NONE',
  'SYN_SENT',
  'SYN_RECV',
  'ESTABLISHED',
  'FIN_WAIT',
  'CLOSE_WAIT',
  'LAST_ACK',
  'TIME_WAIT',
  'CLOSE',
  'SYN_SENT2',
] as const;
type TcpState = (typeof STATES)[number];
type SegmentKind = 'syn' | 'synack' | 'fin' | 'ack' | 'rst' | 'none';

export interface TcpTrack {
  readonly state: TcpState;
  readonly last: { readonly segment: SegmentKind; readonly direction: CtDirection } | undefined;
  /** one side has begun to close */
  readonly closing: boolean;
  /** both sides have sent a SYN */
  readonly simultaneous: boolean;
  /** a SYN was let through in LAST_ACK: the next ACK may be a challenge to it */
  readonly challenge: boolean;
  /** sequence numbers after what each side has sent, as far as it was seen; absent: they are not looked at, as in a connection whose
   *  beginning was not seen */
  readonly sent?: Readonly<Partial<Record<CtDirection, number>>>;
}

export const NO_TRACK: TcpTrack = { state: 'NONE', last: undefined, closing: false, simultaneous: false, challenge: false };

/** One letter per state in the order of STATES: `-` invalid, `.` ignored, else the next state. */
const LETTERS: Readonly<Record<string, TcpState>> = {
  s: 'SYN_SENT',
  r: 'SYN_RECV',
  e: 'ESTABLISHED',
  f: 'FIN_WAIT',
  w: 'CLOSE_WAIT',
  l: 'LAST_ACK',
  t: 'TIME_WAIT',
  c: 'CLOSE',
  2: 'SYN_SENT2',
};
const NEXT: Readonly<Record<CtDirection, Readonly<Record<SegmentKind, string>>>> = {
  original: { syn: 'ss.....ss2', synack: '--r------r', fin: '--ffllltc-', ack: 'e-eewwttc-', rst: '-ccccccccc', none: '----------' },
  reply: { syn: '-2-----s-2', synack: '-r.......r', fin: '--ffllltc-', ack: '-.rewwttc.', rst: '-ccccccccc', none: '----------' },
};

export type TrackedPacket =
  | { readonly kind: 'invalid' }
  /** the old connection is over: the packet is looked up again without it */
  | { readonly kind: 'reopen' }
  | { readonly kind: 'ignored' | 'taken'; readonly track: TcpTrack; readonly from: TcpState };

export interface Segment {
  readonly flags: number;
  readonly direction: CtDirection;
  readonly stream?: StreamPlace | undefined;
  /** net.netfilter.nf_conntrack_tcp_be_liberal */
  readonly liberal?: boolean;
}

export function judge(track: TcpTrack, segment: Segment): TrackedPacket {
  const judged = judgeState(track, segment);
  const { flags, stream, direction, liberal = false } = segment;
  if (judged.kind !== 'taken' && judged.kind !== 'ignored') return judged;
  // a SYN is where its side begins to count
  if (track.state === 'NONE') return (flags & S) === 0 ? judged : { ...judged, track: { ...judged.track, sent: { [direction]: 1 } } };
  const { sent } = track;
  if (stream === undefined || sent === undefined) return judged;
  const other = sent[direction === 'original' ? 'reply' : 'original'];
  if (!liberal && stream.ack !== undefined && other !== undefined && stream.ack > other) return { kind: 'invalid' };
  return { ...judged, track: { ...judged.track, sent: { ...sent, [direction]: Math.max(sent[direction] ?? 0, stream.end) } } };
}

function judgeState(track: TcpTrack, { flags, direction }: Segment): TrackedPacket {
  if (!isValidSegment(flags)) return { kind: 'invalid' };
  const segment = segmentOf(flags);
  const { state: from, last } = track;
  const letter = NEXT[direction][segment][STATES.indexOf(from)] ?? '-';
  if (letter === '-') return { kind: 'invalid' };
  const now = { ...track, last: { segment, direction } };
  const over = STATES.indexOf(from) >= STATES.indexOf('TIME_WAIT') && letter === 's';
  if (over && (track.closing || (last?.direction === direction && last.segment === 'rst'))) return { kind: 'reopen' };
  if (letter === '.' || over) {
    // the answer to a SYN that was let through: the ends know better than we do
    if (segment === 'synack' && last?.segment === 'syn' && last.direction !== direction) {
      return { kind: 'taken', from: 'SYN_SENT', track: { ...now, state: 'SYN_RECV' } };
    }
    const again = segment === 'syn' && direction === 'original';
    const since = again ? { challenge: from === 'LAST_ACK', simultaneous: false } : {};
    return { kind: 'ignored', from, track: { ...now, ...since } };
  }
  const next = LETTERS[letter] as TcpState;
  const challenged = track.challenge && from === 'LAST_ACK' && segment === 'ack' && last?.segment === 'syn' && last.direction !== direction;
  if (next === 'TIME_WAIT' && challenged) return { kind: 'ignored', from, track: { ...track, challenge: false } };
  const state = next === 'SYN_RECV' && direction === 'reply' && segment === 'ack' && track.simultaneous ? 'ESTABLISHED' : next;
  const closing = track.closing || (state === 'FIN_WAIT' && from !== 'FIN_WAIT');
  return { kind: 'taken', from, track: { ...now, state, closing, simultaneous: track.simultaneous || state === 'SYN_SENT2' } };
}

const { F, S, R, P, A, U, E, C } = TCP_FLAGS;
const INDIFFERENT = P | E | C;
/** kernel net/netfilter/nf_conntrack_proto_tcp.c tcp_valid_flags[] */
const VALID_FLAGS: ReadonlySet<number> = new Set([S, S | U, S | A, R, R | A, F | A, F | A | U, A, A | U]);

/** Of others conntrack takes none for a packet of a connection. */
export function isValidSegment(flags: number): boolean {
  return VALID_FLAGS.has(flags & ~INDIFFERENT);
}

export function isReset(flags: number): boolean {
  return (flags & R) !== 0;
}

function segmentOf(flags: number): SegmentKind {
  if ((flags & R) !== 0) return 'rst';
  if ((flags & S) !== 0) return (flags & A) !== 0 ? 'synack' : 'syn';
  return (flags & F) !== 0 ? 'fin' : (flags & A) !== 0 ? 'ack' : 'none';
}
