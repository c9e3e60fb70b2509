import { type Layer, leftBy, leftOn, membersOf, received, type Rule } from './metadata.ts';

/** There has to be a value. */
export const required: Rule = { rule: 'required', value: true };
/** Text that is an e-mail address. */
export const email: Rule = { rule: 'email', value: true };
/** Text that is an absolute URL. */
export const url: Rule = { rule: 'url', value: true };
/** A number without a fraction. */
export const integer: Rule = { rule: 'integer', value: true };

/** A number of at least so much. */
export const min = (value: number): Rule => ({ rule: 'min', value });
/** A number of at most so much. */
export const max = (value: number): Rule => ({ rule: 'max', value });

/** Text of at least so many characters. */
export const minLength = (value: number): Rule => ({ rule: 'minLength', value });

/** Text of at most so many characters. */
export const maxLength = (value: number): Rule => ({ rule: 'maxLength', value });

/** Text that fits a pattern. It is kept as text, flags included, because a description is plain data. */
export const matches = (pattern: RegExp): Rule => ({ rule: 'matches', value: String(pattern) });

/** Text that is one of these. */
export const oneOf = (...values: string[]): Rule => ({ rule: 'oneOf', value: values });

/** What must be true of one property before its owner is saved. */
export interface ValidationDescription {
  readonly property: string;
  /** The rules of the root first, no two alike. */
  readonly rules: readonly Rule[];
}

/** What `@validate` asks of each member: the rules of all layers, added up. */
export function describeValidations(layers: readonly Layer[]): ValidationDescription[] {
  return membersOf(leftBy('validate', layers)).map((property) => {
    const rules = leftOn('validate', property, layers).flatMap((decoration) => decoration.rules);
    const isFirst = (rule: Rule, index: number) => rules.findIndex((other) => isSame(rule, other)) === index;
    return { property, rules: rules.filter(isFirst).map(copyRule) };
  });
}

/** A rule that shares nothing with the one given. */
export function copyRule({ rule, value }: Rule): Rule {
  return { rule, value: typeof value === 'object' ? [...value] : value };
}

/** @throws TypeError if `rule` is no rule, or its value would not survive JSON */
export function requireRule(rule: Rule): void {
  const { rule: name, value } = Object(rule) as Partial<Rule>;
  const items: readonly unknown[] = Array.isArray(value) ? value : [value];
  const isPlain = items.every((item) => item === true || typeof item === 'string' || Number.isFinite(item));
  if (typeof name !== 'string') throw new TypeError(`@validate takes rules, received ${received(rule)}`);
  if (isPlain) return;
  throw new TypeError(`the rule ${name} takes true, a finite number or text, received ${received(value)}`);
}

function isSame(a: Rule, b: Rule): boolean {
  return a.rule === b.rule && JSON.stringify(a.value) === JSON.stringify(b.value);
}
