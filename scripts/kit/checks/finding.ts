/** Something that is wrong with the kit, and how it is mended. */
export interface Finding {
  /** A file, with its line where that is known. */
  readonly where: string;
  readonly what: string;
  /** A command, or what to do by hand. */
  readonly mend: string;
}
