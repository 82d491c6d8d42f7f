import type { SecretRef } from './target-contract';

/**
 * What the construct and the publisher must agree on for targets of the kind `http`. The handler bundles this file.
 */

/** Stands in a template for what is filled in. */
const PLACEHOLDER = /\{\{([^{}]*)\}\}/g;

/** Before the name of a secret in a placeholder. */
export const SECRET_PREFIX = 'secret:';

/** What a request is filled in with, besides secrets. */
export const FILLED_IN = ['value', 'username', 'password', 'host', 'expiresAt'] as const;

/** The body of a request; each text in it is a template. */
export type HttpBodyTemplate =
  | { readonly json: unknown }
  | { readonly form: Readonly<Record<string, string>> }
  | { readonly text: string; readonly contentType: string };

/** A request; where it goes stands elsewhere. */
export interface HttpRequestTemplate {
  readonly headers: Readonly<Record<string, string>>;
  readonly body?: HttpBodyTemplate;
  /** Statuses that mean success; without them 200 to 299. */
  readonly statuses?: readonly number[];
}

/** The settings of a target of the kind `http`; its place has the method and the URL. */
export interface HttpTargetSettings extends HttpRequestTemplate {
  readonly secrets?: Readonly<Record<string, SecretRef>>;
  readonly remove?: HttpRequestTemplate & { readonly method: string; readonly url: string };
  readonly certificateAuthority?: string;
}

/** The names in a template's placeholders. */
export function placeholdersIn(template: string): string[] {
  return [...template.matchAll(PLACEHOLDER)].map(([, name]) => name);
}

/** The template with its placeholders filled in, each once: what is filled in is no template. */
export function fillIn(template: string, valueOf: (name: string) => string): string {
  return template.replace(PLACEHOLDER, (_, name: string) => valueOf(name));
}
