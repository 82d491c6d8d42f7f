import { checkTemplate, Placeholders } from './http-template';
import { checkJsonKey, secretRef } from './secret-ref';
import { checkCertificateAuthority } from './server';
import type { TargetDefinition } from './target-definition';
import { HttpTargetMethod, type HttpTargetOptions, type HttpTargetRequest } from '../../targets/http-target';
import { TargetRemoval } from '../../targets/target-removal';
import { TargetValue } from '../../targets/target-value';
import { SECRET_PREFIX, type HttpRequestTemplate, type HttpTargetSettings } from '../http-template-contract';
import type { Problems } from '../validation';

/** The target of `Target.http()`. */
export function httpTarget(options: HttpTargetOptions): TargetDefinition {
  const { method, name, secrets = {}, removeRequest, removal, certificateAuthority } = options;
  const used = new Placeholders(options);
  return {
    check: (problems, at) => {
      if (method === HttpTargetMethod.DELETE) problems.add(`${at}.method`, method, 'POST, PUT or PATCH', 'use DELETE in \'removeRequest\'');
      problems.unless(`${at}.name`, name, (text) => /^[^\x00-\x1f\x7f]{1,100}$/.test(text), '1 to 100 characters', 'leave it out if method and URL tell the target from others');
      checkTemplate(problems, at, options, secrets);
      if (!used.hasAny('value', 'password') && !used.areUnknown) {
        problems.add(at, used.names, 'a request with {{value}} or {{password}} in its body or in a header', 'say where the credentials go');
      }
      checkValue(problems, `${at}.value`, options, used);
      checkSecrets(problems, at, options, used);
      checkRemoval(problems, at, options);
      checkCertificateAuthority(problems, `${at}.certificateAuthority`, certificateAuthority);
    },
    bind: (_scope, { publisher }) => {
      const value = valueOf(options, used);
      const [host] = value._hosts ?? [];
      const refs = Object.entries(secrets).map(([secret, { _secret, _key }]) => [secret, secretRef(_secret, _key, publisher)]);
      const settings: HttpTargetSettings = {
        ...templateOf(options),
        ...refs.length === 0 ? {} : { secrets: Object.fromEntries(refs) },
        ...removeRequest ? { remove: { method: removeRequest.method, url: removeRequest.url, ...templateOf(removeRequest) } } : {},
        ...certificateAuthority === undefined ? {} : { certificateAuthority },
      };
      return {
        kind: 'http',
        // The URL of each registry is another place.
        where: { method, url: host === undefined ? options.url : options.url.split('{{host}}').join(host), ...name === undefined ? {} : { name } },
        settings: { ...settings },
        value,
        removal,
      };
    },
  };
}

function templateOf({ headers = {}, body, acceptedStatuses }: HttpTargetRequest): HttpRequestTemplate {
  return {
    headers,
    ...body ? { body: body._template } : {},
    ...acceptedStatuses ? { statuses: acceptedStatuses } : {},
  };
}

/** A request that has fields for a login is sent one; it has no place for more registries. */
function valueOf({ value }: HttpTargetOptions, used: Placeholders): TargetValue {
  if (used.hasAny('username', 'password')) return TargetValue._login(value?._hosts?.[0]);
  return value ?? TargetValue.configJson();
}

function checkValue(problems: Problems, property: string, { value }: HttpTargetOptions, used: Placeholders): void {
  value?._check(problems, property);
  if (used.hasAny('username', 'password')) {
    if (value && value._form !== 'password') {
      problems.add(property, value._form, 'TargetValue.password() for a request with {{username}} or {{password}}', 'name the registry in it, or leave it out');
    }
  } else if (used.hasAny('host') && value?._form !== 'password' && value?._hosts?.length !== 1) {
    problems.add(property, value?._hosts, 'of one registry for a request with {{host}}', 'name the registry, such as TargetValue.configJson(\'ghcr.io\')');
  }
}

function checkSecrets(problems: Problems, at: string, { secrets = {}, removeRequest }: HttpTargetOptions, used: Placeholders): void {
  const requests = [used, ...removeRequest ? [new Placeholders(removeRequest)] : []];
  for (const [name, { _key }] of Object.entries(secrets)) {
    const property = `${at}.secrets.${name}`;
    if (!/^[\w-]+$/.test(name)) problems.add(property, name, 'named by letters, digits, _ and -', 'choose another name');
    checkJsonKey(problems, property, _key);
    const isUsed = requests.some((request) => request.hasAny(`${SECRET_PREFIX}${name}`) || request.areUnknown);
    // The publisher would get a right that it does not need.
    if (!isUsed) problems.add(property, name, `used as {{${SECRET_PREFIX}${name}}}`, 'leave it out');
  }
}

function checkRemoval(problems: Problems, at: string, options: HttpTargetOptions): void {
  const { removal = TargetRemoval.LEAVE, removeRequest, secrets = {}, value } = options;
  if ((removal === TargetRemoval.LEAVE) !== (removeRequest === undefined)) {
    problems.add(`${at}.removal`, removal, 'BLANK or DELETE with \'removeRequest\', and only then', 'say what is sent, or leave both out');
  }
  if (!removeRequest) return;
  const property = `${at}.removeRequest`;
  checkTemplate(problems, property, removeRequest, secrets);
  const used = new Placeholders(removeRequest);
  for (const name of ['value', 'username', 'password', 'expiresAt'].filter((one) => used.hasAny(one))) {
    problems.add(property, `{{${name}}}`, 'filled in with {{secret:NAME}} and {{host}} only', 'write what is to stand there instead');
  }
  if (used.hasAny('host') && value?._hosts?.length !== 1) problems.add(`${at}.value`, value?._hosts, 'of one registry for a \'removeRequest\' with {{host}}', 'name the registry');
}
