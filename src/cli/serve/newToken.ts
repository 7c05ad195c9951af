/** A secret that nobody guesses: 192 bits, in letters of an address. */
export function newToken(): string {
  return [...crypto.getRandomValues(new Uint8Array(24))].map((byte) => byte.toString(16).padStart(2, '0')).join('');
}
