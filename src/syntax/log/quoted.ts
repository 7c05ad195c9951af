/** Texts that a log quotes: the message of logrus, of JSON lines, what container engines store. The escapes of Go and of JSON. */
import { type FilePiece, slicePieces } from './pieces.ts';

const SIMPLE: Readonly<Record<string, string>> = { n: '\n', t: '\t', r: '\r', b: '\b', f: '\f', a: '\x07', v: '\v' };

/** Pieces of the text between two quotes, less its escapes. `text` is what `pieces` make. */
export function unquoted(pieces: readonly FilePiece[], text: string): readonly FilePiece[] {
  if (!text.includes('\\')) return pieces;
  const made: FilePiece[] = [];
  const escapes = /\\(?:u[0-9a-fA-F]{4}|x[0-9a-fA-F]{2}|.)/gs;
  let from = 0;
  for (const { 0: found, index } of text.matchAll(escapes)) {
    made.push(...slicePieces(pieces, from, index));
    from = index + found.length;
    const [first, last] = [slicePieces(pieces, index, index + 1)[0], slicePieces(pieces, from - 1, from)[0]];
    if (first !== undefined && last !== undefined) made.push({ text: decoded(found), start: first.start, end: last.end, exact: false });
  }
  return [...made, ...slicePieces(pieces, from)];
}

function decoded(sequence: string): string {
  const sign = sequence.charAt(1);
  if (sequence.length > 2) return String.fromCharCode(Number.parseInt(sequence.slice(2), 16));
  return SIMPLE[sign] ?? sign;
}

const LOGFMT = /^(?:[\w.]{1,60}=(?:"[^"\\]{0,500}"|[^\s"]{0,500})[ \t]{1,9}){0,20}(?:msg|message)=/;
const JSON_MESSAGE = /(?<=[{,]\s{0,9})"(?:msg|message|log|MESSAGE|textPayload|line|body)"\s{0,9}:\s{0,9}"/;
const JSON_POD = /"(?:pod|pod_name|podName|kubernetes\.pod_name|k8s\.pod\.name)"\s{0,9}:\s{0,9}"([^"\\]{1,300})"/;

/** Istio's node agent, of the pod whose rules it writes. */
const AGENT_POD = /"ns":"([^"\\]{1,100})","name":"([^"\\]{1,300})"/;

export interface QuotedMessage {
  readonly pieces: readonly FilePiece[];
  /** the pod that the line names */
  readonly pod?: string;
}

/** What the line says, where it is one of a structured log. */
export function quotedMessage(pieces: readonly FilePiece[], text: string): QuotedMessage | undefined {
  if (/^(?:time|level|ts|t|lvl|msg)=/.test(text)) {
    const from = LOGFMT.exec(text)?.[0].length;
    if (from === undefined) return undefined;
    if (text[from] === '"') return { pieces: between(pieces, text, from + 1) };
    const end = text.indexOf(' ', from);
    return { pieces: slicePieces(pieces, from, end < 0 ? text.length : end) };
  }
  if (!text.startsWith('{')) return undefined;
  const found = JSON_MESSAGE.exec(text);
  if (found === null) return undefined;
  const [, namespace, name] = AGENT_POD.exec(text) ?? [];
  const pod = JSON_POD.exec(text)?.[1] ?? (name === undefined ? undefined : `${namespace}/${name}`);
  return { pieces: between(pieces, text, found.index + found[0].length), ...(pod !== undefined && { pod }) };
}

/** Up to the next quote that is not part of the text. */
function between(pieces: readonly FilePiece[], text: string, from: number): readonly FilePiece[] {
  let end = from;
  while (end < text.length && text[end] !== '"') end += text[end] === '\\' ? 2 : 1;
  return unquoted(slicePieces(pieces, from, Math.min(end, text.length)), text.slice(from, end));
}
