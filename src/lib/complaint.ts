/** Something that cannot be used, told to whoever asked, where no text has a place to point at. */
export interface Complaint {
  /** lower case, no full stop, the user's text in backticks */
  readonly message: string;
  readonly help?: string | undefined;
}
