import { Token } from 'aws-cdk-lib';
import { checkFormat, type Format } from '../formats';
import type { Problems } from '../validation';

/** Where a vendor's API is. A credential goes there, so nothing but TLS will do. */
const HTTPS_URL: Format = {
  pattern: /^https:\/\/[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:\d{1,5})?(\/[\x21\x24-\x3e\x40-\x7e]*)?$/,
  allowed: 'a URL that begins with https://, without user, query and fragment',
  fix: 'write it such as \'https://ci.example.com\'',
};

/** The same with a query, which holds no credential. */
const HTTPS_URL_WITH_QUERY: Format = {
  pattern: /^https:\/\/[A-Za-z0-9]([A-Za-z0-9.-]*[A-Za-z0-9])?(:\d{1,5})?(\/[\x21\x24-\x3e\x40-\x7e]*)?(\?[\x21\x24-\x7e]*)?$/,
  allowed: 'a URL that begins with https://, without user and fragment',
  fix: 'write it such as \'https://ci.example.com/api/registries/1\'',
};

const PEM: Format = {
  pattern: /^\s*(-----BEGIN CERTIFICATE-----[A-Za-z0-9+/=\s]+-----END CERTIFICATE-----\s*)+$/,
  allowed: 'one or more certificates in PEM',
  fix: 'read it from the authority\'s .pem or .crt file; a certificate is no secret',
};

/** Adds a problem for a URL that a credential must not go to. */
export function checkUrl(problems: Problems, property: string, url: string | undefined): void {
  checkFormat(problems, property, withoutUser(url), HTTPS_URL);
}

/** The same for the URL of one request. */
export function checkRequestUrl(problems: Problems, property: string, url: string): void {
  checkFormat(problems, property, withoutUser(url), HTTPS_URL_WITH_QUERY);
}

/** As it may be shown: what stands before an @ may be a password. */
function withoutUser(url: string | undefined): string | undefined {
  return Token.isUnresolved(url) ? url : url?.replace(/\/\/[^/@]*@/, '//…@');
}

/** Adds a problem for a certificate that is none. */
export function checkCertificateAuthority(problems: Problems, property: string, pem: string | undefined): void {
  checkFormat(problems, property, pem, PEM);
}

/** Adds a problem for what is no certificate in Base64, as EKS gives it. */
export function checkCertificateAuthorityData(problems: Problems, property: string, data: string): void {
  problems.unless(property, data, (text) => PEM.pattern.test(Buffer.from(text, 'base64').toString()), 'one or more certificates in PEM, in Base64',
    'take \'cluster.clusterCertificateAuthorityData\'');
}
