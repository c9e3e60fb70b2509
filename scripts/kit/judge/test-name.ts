/** How the worker and the kit speak of a test: by the heading of its clause, and its claim. */
export const testName = (clause: string | undefined, claim: string) => `${clause}\n${claim}`;
