/** Something in a text of `nft -j` that no version known here writes. */
export class UnknownJson extends Error {
  constructor(what: string) {
    super(`\`${what}\` of nft's JSON is not known`);
  }
}
