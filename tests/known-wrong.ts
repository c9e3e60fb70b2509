/** A plausible mistake: what a competent person writes on a bad day, as a change of the solution. */
export interface KnownWrong {
  /** Kebab-case, unique within the exercise, says what the program does: `evicts-the-oldest`. */
  readonly id: string;
  /** The step in which one makes it. */
  readonly step: string;
  /** The file of the solution that is changed; needed where there are several. */
  readonly file?: string;
  /** Replacements in its text; each `find` stands there exactly once. */
  readonly patch: readonly { readonly find: string; readonly replace: string }[];
  /** The clauses that it breaks: all of them, over all steps, and no other. */
  readonly breaks: readonly string[];
  /**
   * What the verdict says to somebody who made it, in the second person: what happens, and where to look, never the
   * code of the answer.
   */
  readonly say: string;
}
