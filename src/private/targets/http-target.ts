import { Token } from 'aws-cdk-lib';
import { checkJsonKey, secretRef } from './secret-ref';
import { checkCertificateAuthority, checkUrl } from './server';
import type { TargetDefinition } from './target-definition';
import type { HttpTargetOptions, HttpTargetRequest } from '../../targets/http-target';
import { TargetRemoval } from '../../targets/target-removal';
import { TargetValue } from '../../targets/target-value';
import { checkFormat, REGISTRY_HOST } from '../formats';
import type { Problems } from '../validation';

const METHODS = ['POST', 'PUT', 'PATCH', 'DELETE'];
const FIELDS = ['value', 'username', 'password', 'host', 'expiresAt'];
const HEADER_NAME = /^[!#$%&'*+.^_`|~0-9A-Za-z-]+$/;

/** The target of `Target.http()`. */
export function httpTarget(options: HttpTargetOptions): TargetDefinition {
  const { request, removeRequest, secrets = {}, value, host, statuses, certificateAuthority, removal } = options;
  return {
    check: (problems, at) => {
      checkRequest(problems, `${at}.request`, request, Object.keys(secrets), value !== undefined);
      if (removeRequest) checkRequest(problems, `${at}.removeRequest`, removeRequest, Object.keys(secrets), value !== undefined);
      if ((removal ?? TargetRemoval.LEAVE) !== TargetRemoval.LEAVE && !removeRequest) {
        problems.add(`${at}.removeRequest`, undefined, 'given to blank or delete the value', 'say what is to be sent, or leave the value');
      }
      for (const [name, { jsonKey }] of Object.entries(secrets)) {
        problems.unless(`${at}.secrets`, name, (text) => /^\w+$/.test(text), 'called by letters, digits and _', 'choose another name');
        checkJsonKey(problems, `${at}.secrets.${name}.jsonKey`, jsonKey);
      }
      if (value && host !== undefined) problems.add(`${at}.host`, host, 'left out with \'value\'', 'name the host in the value');
      checkFormat(problems, `${at}.host`, host, REGISTRY_HOST);
      problems.unless(`${at}.statuses`, statuses, (list) => list.length > 0 && list.every((status) => Number.isInteger(status) && status >= 200 && status <= 499),
        'statuses from 200 to 499', 'leave it out for 200 to 299');
      checkCertificateAuthority(problems, `${at}.certificateAuthority`, certificateAuthority);
      value?._check(problems, `${at}.value`);
    },
    bind: (_scope, { publisher }) => ({
      kind: 'http',
      where: { method: request.method, url: request.url },
      settings: {
        request,
        ...removeRequest ? { removeRequest } : {},
        secrets: Object.fromEntries(Object.entries(secrets).map(([name, { secret, jsonKey }]) => [name, secretRef(secret, jsonKey, publisher)])),
        ...statuses ? { statuses } : {},
        ...certificateAuthority === undefined ? {} : { certificateAuthority },
      },
      value: value ?? TargetValue._login(host),
      removal,
    }),
  };
}

function checkRequest(
  problems: Problems, at: string, { method, url, headers = {}, body }: HttpTargetRequest, secrets: string[], hasValue: boolean,
): void {
  problems.unless(`${at}.method`, method, (name) => METHODS.includes(name), `one of ${METHODS.join(', ')}`, 'take the one that the server documents');
  problems.unless(`${at}.url`, url, (text) => !text.includes('{{'), 'without anything that is filled in', 'put it into a header or the body: addresses end up in logs');
  if (!url.includes('{{')) checkUrl(problems, `${at}.url`, url);
  for (const [name, text] of Object.entries(headers)) {
    problems.unless(`${at}.headers`, name, (header) => HEADER_NAME.test(header), 'the names of headers', 'write it such as \'Authorization\'');
    problems.unless(`${at}.headers.${name}`, text, (line) => /^[\t\x20-\x7e]*$/.test(line), 'printable ASCII on one line', 'leave out what is not');
    checkFields(problems, `${at}.headers.${name}`, text, secrets, hasValue);
  }
  for (const text of textsIn(body)) checkFields(problems, `${at}.body`, text, secrets, hasValue);
}

/** What is filled in must be known; `{{username}}` and `{{password}}` only where one registry is sent. */
function checkFields(problems: Problems, property: string, text: string, secrets: string[], hasValue: boolean): void {
  if (Token.isUnresolved(text)) return;
  const fields = FIELDS.filter((field) => !hasValue || (field !== 'username' && field !== 'password'));
  const known = [...fields, ...secrets.map((name) => `secret:${name}`)];
  for (const [, field] of text.matchAll(/\{\{(.*?)\}\}/g)) {
    problems.unless(property, `{{${field}}}`, () => known.includes(field), `one of ${known.map((name) => `{{${name}}}`).join(' ')}`, 'name it so');
  }
}

function textsIn(value: unknown): string[] {
  if (typeof value === 'string') return [value];
  if (typeof value !== 'object' || value === null) return [];
  return Object.values(value).flatMap(textsIn);
}
