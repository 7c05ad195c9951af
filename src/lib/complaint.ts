/** Something that cannot be used, reported to the caller, where no text has a place to point at. */
export interface Complaint {
  /** lower case, no full stop, the user's text in backticks */
  readonly message: string;
  readonly help?: string | undefined;
}
