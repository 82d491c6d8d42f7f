import { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import { AUDIENCE, EXACT_VALUE, ISSUER } from './formats';
import { hasWildcard } from './wildcards';
import type { OidcTrustConfig } from '../../identity/oidc/oidc-trust';
import { checkFormat, checkFormats } from '../formats';
import type { Problems } from '../validation';

/** What a wildcard may never stand for, nor a subject be without: something that names somebody. */
const LETTER_OR_DIGIT = /[A-Za-z0-9]/;

/**
 * Issuers whose tokens are for everybody's runs: a subject has to name its owner in full, and that is in the first claim.
 * AWS asks for a subject itself for these.
 *
 * @see https://docs.aws.amazon.com/IAM/latest/UserGuide/id_roles_providers_oidc_secure-by-default.html
 */
const SHARED_ISSUERS = [
  'agent.buildkite.com', 'app.terraform.io', 'gitlab.com', 'oidc.codefresh.io', 'token.actions.githubusercontent.com',
];

/** The first claim of a subject and its value, with no wildcard in either. */
const NAMES_ITS_OWNER = /^[^:*?]+:[^:*?]+(:|$)/;

/** The issuer as IAM's condition keys and ARNs name it. */
export function hostOf(issuer: string): string {
  return issuer.replace(/^https:\/\//, '');
}

/** The issuer as it is known at synth; undefined if it is not. */
export function knownIssuer(scope: Construct, issuer: string): string | undefined {
  const resolved: unknown = Stack.of(scope).resolve(issuer);
  return typeof resolved === 'string' ? resolved : undefined;
}

/** Adds a problem for each part of the trust that would open the role, or that IAM could not take. */
export function checkTrust(problems: Problems, scope: Construct, config: OidcTrustConfig): void {
  const issuer = knownIssuer(scope, config.issuer);
  if (issuer === undefined) {
    problems.add('trust.issuer', config.issuer, 'known at synth', 'write it as a text, or take it from the context: it is part of IAM\'s condition keys');
  }
  checkFormat(problems, 'trust.issuer', issuer, ISSUER);
  checkFormats(problems, 'trust.audiences', config.audiences, AUDIENCE);
  problems.unless('trust.subjects', config.subjects, (list) => list.length > 0, 'at least one', 'say which runs of the CI may assume the role');
  config.subjects.forEach((subject, index) => checkSubject(problems, `trust.subjects[${index}]`, subject, issuer));
  for (const [claim, values] of Object.entries(config.claims ?? {})) checkValues(problems, claim, values);
  if (issuer !== undefined) checkProvider(problems, issuer, config);
}

/**
 * What a token has to have. Each key stands once, because IAM would ask for both of two operators on it:
 * `StringLike` if one of its values is a pattern, which takes every other value as `StringEquals` does, and else `StringEquals`.
 */
export function trustConditions(issuer: string, config: OidcTrustConfig): Record<string, Record<string, string | string[]>> {
  const conditions: Record<string, Record<string, string | string[]>> = {};
  for (const [key, values] of Object.entries({ aud: config.audiences, sub: config.subjects, ...config.claims })) {
    const operator = key !== 'aud' && values.some(hasWildcard) ? 'StringLike' : 'StringEquals';
    const unique = [...new Set(values)];
    conditions[operator] = { ...conditions[operator], [`${hostOf(issuer)}:${key}`]: unique.length === 1 ? unique[0] : unique };
  }
  return conditions;
}

function checkSubject(problems: Problems, at: string, subject: string, issuer: string | undefined): void {
  checkPattern(problems, at, subject);
  if (issuer !== undefined && SHARED_ISSUERS.includes(hostOf(issuer).split('/')[0])) {
    problems.unless(at, subject, (text) => NAMES_ITS_OWNER.test(text),
      'one that begins with a claim and its whole value, without wildcards in them', 'name the owner and what is theirs in full: the issuer is everybody\'s');
  } else {
    problems.unless(at, subject, (text) => !/^[*?]/.test(text), 'one that does not begin with a wildcard', 'write its beginning in full');
  }
}

function checkValues(problems: Problems, claim: string, values: string[]): void {
  const at = `trust.claims.${claim}`;
  if (claim === 'aud' || claim === 'sub') {
    problems.add(at, values, 'another claim than aud and sub', `name them in '${claim === 'aud' ? 'audiences' : 'subjects'}'`);
  }
  problems.unless(at, values, (list) => list.length > 0, 'at least one value', 'name one, or leave the claim out');
  values.forEach((value, index) => checkPattern(problems, `${at}[${index}]`, value));
}

function checkPattern(problems: Problems, at: string, value: string): void {
  checkFormat(problems, at, value, EXACT_VALUE);
  problems.unless(at, value, (text) => LETTER_OR_DIGIT.test(text), 'more than wildcards', 'write out what may not vary');
  problems.unless(at, value, (text) => !text.includes('${'), 'a text without ${', 'leave it out: IAM takes it for the beginning of a variable');
}

/** A role that trusts the provider of another issuer could be assumed by nobody. */
function checkProvider(problems: Problems, issuer: string, { provider }: OidcTrustConfig): void {
  if (!provider) return;
  // What is only a reference has no issuer; where a construct's issuer or ARN is a token, nothing can be said.
  const named = 'oidcProviderIssuer' in provider ? provider.oidcProviderIssuer as string : provider.oidcProviderRef.oidcProviderArn;
  const host = hostOf(issuer);
  problems.unless('trust.provider', named, (text) => text === host || text.endsWith(`:oidc-provider/${host}`),
    `the provider of ${issuer}`, 'give the one of the trust\'s issuer, or leave it out to have one made');
}
