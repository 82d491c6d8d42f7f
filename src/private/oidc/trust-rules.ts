import type { OidcTrustConfig } from '../../identity/oidc/oidc-trust';
import type { Problems } from '../validation';

/** What stands behind a trust that the library knows: what its options have to be, and what they come to. */
export interface TrustRules {
  /** Adds a problem for each option that could not be meant so. */
  check(problems: Problems): void;
  /** What the options come to, once they are checked. */
  config(): OidcTrustConfig;
}

/** What stands behind a typed subject. */
export interface SubjectRule {
  /** The part of the subject that the kind of run decides; `*` and `?` are wildcards. */
  readonly text: string;
  /** Whether the text is the whole subject. */
  readonly isWhole?: boolean;
  /** Whether the run of a pull request can have this subject. */
  readonly includesPullRequests?: boolean;
  /** Adds a problem for each value that could not be meant so. */
  readonly check?: (problems: Problems, at: string) => void;
}

/** Adds a problem for an empty list of subjects, and for each that could not be meant so. */
export function checkSubjects(problems: Problems, subjects: { readonly _rule: SubjectRule }[]): void {
  problems.unless('trust.subjects', subjects, (list) => list.length > 0, 'at least one', 'say which runs of the CI may assume the role');
  subjects.forEach(({ _rule: rule }, index) => rule.check?.(problems, `trust.subjects[${index}]`));
}

/** Adds a problem unless the text could be a part of a subject, without the beginning that is added to it. */
export function checkCustom(problems: Problems, at: string, text: string, beginning?: string): void {
  problems.unless(`${at}.custom`, text, (value) => value.length > 0, 'a part of the subject', 'write it as the CI does');
  if (beginning) {
    problems.unless(`${at}.custom`, text, (value) => !value.startsWith(beginning), `what follows ${beginning}… in the subject`, 'leave the beginning out, it is added');
  }
}

/** Whether a run of a pull request can have one of the subjects. */
export function includePullRequests(subjects: { readonly _rule: SubjectRule }[]): boolean {
  return subjects.some(({ _rule: rule }) => rule.includesPullRequests === true);
}

/** The claims that are given, each with its values as texts. */
export function claimsOf(claims: Record<string, string[] | undefined>): Record<string, string[]> {
  return Object.fromEntries(Object.entries(claims).filter((entry): entry is [string, string[]] => entry[1] !== undefined));
}
