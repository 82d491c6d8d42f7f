import { Token } from 'aws-cdk-lib';
import { checkRequestUrl } from './server';
import type { HttpSecret } from '../../targets/http-secret';
import type { HttpTargetRequest } from '../../targets/http-target';
import { FILLED_IN, placeholdersIn, SECRET_PREFIX } from '../http-template-contract';
import type { Problems } from '../validation';

/** Headers and parameters that hold a credential. */
const CREDENTIAL = /authorization|cookie|token|api-?_?key|secret|password/i;

/** @see https://www.rfc-editor.org/rfc/rfc9110#name-field-names */
const HEADER_NAME = /^[A-Za-z0-9!#$%&'*+.^_`|~-]+$/;

/** What the client sets by itself. */
const OWN_HEADER = /^(connection|content-length|expect|host|keep-alive|te|trailer|transfer-encoding|upgrade)$/i;

/** An object or a list, and no placeholder. */
const LIKE_JSON = /^\s*(\{(?!\{)|\[)/;

/** What is filled in somewhere in a request. */
export class Placeholders {
  /** As far as they are known. */
  public readonly names: readonly string[];

  /** Whether a text is known at deploy only, which may have others. */
  public readonly areUnknown: boolean;

  public constructor({ url, headers = {}, body }: HttpTargetRequest) {
    const texts = [url, ...Object.values(headers), ...textsIn(body?._template)];
    this.names = texts.flatMap((text) => placeholdersIn(text));
    this.areUnknown = texts.some((text) => Token.isUnresolved(text));
  }

  public hasAny(...names: string[]): boolean {
    return names.some((name) => this.names.includes(name));
  }
}

/** Adds what is wrong with a request's template. */
export function checkTemplate(problems: Problems, at: string, request: HttpTargetRequest, secrets: Record<string, HttpSecret>): void {
  const { url, headers = {}, body, acceptedStatuses } = request;
  const checkText = (property: string, text: string) => checkPlaceholders(problems, property, text, secrets);
  checkUrl(problems, `${at}.url`, url, secrets);
  checkHeaders(problems, `${at}.headers`, headers);
  for (const [name, text] of Object.entries(headers)) checkText(`${at}.headers.${name}`, text);
  const template = body?._template ?? { form: {} };
  if ('text' in template) {
    checkText(`${at}.body`, template.text);
    problems.unless(`${at}.body`, template.text, (text) => !LIKE_JSON.test(text), 'no JSON written as a text, whose quotes would be wrong', 'use HttpBody.json()');
    problems.unless(`${at}.body.contentType`, template.contentType, (type) => /^[\x20-\x7e]+$/.test(type), 'a content type', 'leave it out for text/plain');
  } else {
    checkJson(problems, `${at}.body`, 'json' in template ? template.json : template.form, checkText);
  }
  problems.unless(
    `${at}.acceptedStatuses`, acceptedStatuses, (statuses) => statuses.length > 0 && statuses.every(isAcceptable),
    'some of 200 to 299 and 400 to 499 but 429', 'leave it out for 200 to 299',
  );
}

function isAcceptable(status: number): boolean {
  return Number.isInteger(status) && ((status >= 200 && status < 300) || (status >= 400 && status < 500 && status !== 429));
}

/** A URL ends up in logs, metrics and reports. */
function checkUrl(problems: Problems, property: string, url: string, secrets: Record<string, HttpSecret>): void {
  if (Token.isUnresolved(url)) return;
  checkRequestUrl(problems, property, url);
  checkPlaceholders(problems, property, url, secrets);
  for (const name of placeholdersIn(url).filter((one) => one !== 'host' && isKnown(one, secrets))) {
    problems.add(property, `{{${name}}}`, 'without anything filled in but {{host}}, because it is shown in logs', 'put it into a header or the body');
  }
  const [, query = ''] = url.split('?');
  for (const name of query.split('&').map((parameter) => parameter.split('=')[0]).filter((one) => CREDENTIAL.test(one))) {
    problems.add(property, name, 'without credentials, because it is shown in logs', 'put it into a header, as {{secret:NAME}}');
  }
}

function checkHeaders(problems: Problems, property: string, headers: Record<string, string>): void {
  const names = Object.keys(headers);
  names.forEach((name, index) => {
    const at = `${property}.${name}`;
    if (!HEADER_NAME.test(name)) problems.add(at, name, 'the name of a header', 'write it such as \'authorization\'');
    if (OWN_HEADER.test(name)) problems.add(at, name, 'another header: the client sets this one', 'leave it out');
    const twin = names.findIndex((other) => other.toLowerCase() === name.toLowerCase());
    if (twin < index) problems.add(at, name, `another header than '${names[twin]}'`, 'name each header once');
    // Never with the value, which may be a credential.
    const shown = CREDENTIAL.test(name) ? '…' : headers[name];
    if (Token.isUnresolved(headers[name])) return;
    if (!/^[\t\x20-\x7e\x80-\xff]*$/.test(headers[name])) problems.add(at, shown, 'one line of characters that a header takes', 'take the line break out');
    if (CREDENTIAL.test(name) && !headers[name].includes(`{{${SECRET_PREFIX}`)) {
      problems.add(at, shown, 'filled in with a secret: what stands here is in the template', 'write it such as \'Bearer {{secret:token}}\', and name the secret in \'secrets\'');
    }
  });
}

function checkJson(problems: Problems, property: string, value: unknown, checkText: (property: string, text: string) => void): void {
  if (Token.isUnresolved(value)) return;
  if (typeof value === 'string') {
    checkText(property, value);
  } else if (Array.isArray(value)) {
    value.forEach((item, index) => checkJson(problems, `${property}[${index}]`, item, checkText));
  } else if (isObject(value)) {
    for (const [name, item] of Object.entries(value)) {
      if (name.includes('{{')) problems.add(`${property}.${name}`, name, 'named as it is: only texts are filled in', 'take the placeholder out of the name');
      checkJson(problems, `${property}.${name}`, item, checkText);
    }
  } else if (value !== null && typeof value !== 'boolean' && !Number.isFinite(value)) {
    problems.add(property, String(value), 'JSON', 'write a text, a number, a boolean, null, a list or an object');
  }
}

function checkPlaceholders(problems: Problems, property: string, text: string, secrets: Record<string, HttpSecret>): void {
  if (Token.isUnresolved(text)) return;
  for (const name of placeholdersIn(text).filter((one) => !isKnown(one, secrets))) {
    const known = namesFor(secrets).map((one) => `{{${one}}}`).join(', ');
    problems.add(property, `{{${name}}}`, `one of ${known}`, 'mend the name, or name the secret in \'secrets\'');
  }
  const opened = text.split('{{').length - 1;
  if (opened > placeholdersIn(text).length) problems.add(property, '{{', 'closed by }} and a name in between', 'write it such as {{value}}');
}

function isKnown(name: string, secrets: Record<string, HttpSecret>): boolean {
  return namesFor(secrets).includes(name);
}

function namesFor(secrets: Record<string, HttpSecret>): string[] {
  return [...FILLED_IN, ...Object.keys(secrets).map((secret) => `${SECRET_PREFIX}${secret}`)];
}

/** All texts that are templates, and what may become one at deploy. */
function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (Token.isUnresolved(value)) return [Token.asString(value)];
  if (Array.isArray(value)) return value.flatMap(textsIn);
  return isObject(value) ? Object.values(value).flatMap(textsIn) : [];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && [Object.prototype, null].includes(Object.getPrototypeOf(value));
}
