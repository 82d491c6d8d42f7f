import type { SecretRef, TargetSpec } from '../../../src/private/target-contract';
import { expectStatus } from '../answers';
import { TooLargeError } from '../errors';
import type { HttpRequest } from '../http';
import { EMPTY_DOCKERCFG, type Vendor, type VendorPorts } from '../vendor';

const CIRCLECI = 'https://circleci.com';

/** @see https://circleci.com/docs/contexts/ */
const LONGEST_VALUE = 32_000;

const HINTS = {
  401: 'is the token valid? It has to be a personal one',
  403: 'the token\'s owner may not write there: a restricted context lets the members of its groups only',
  404: 'is it there, and may the token\'s owner see it?',
};

interface Settings {
  readonly token: SecretRef;
  readonly certificateAuthority?: string;
}

/** A variable of a context of CircleCI. */
export const circleciContext = circleci(
  ({ contextId, variableName }, value) => ({ method: 'PUT', path: `/context/${contextId}/environment-variable/${variableName}`, body: { value } }),
  ({ contextId, variableName }) => `/context/${contextId}/environment-variable/${variableName}`,
);

/** A variable of a project of CircleCI. */
export const circleciProject = circleci(
  ({ projectSlug, variableName }, value) => ({ method: 'POST', path: `/project/${projectSlug}/envvar`, body: { name: variableName, value } }),
  ({ projectSlug, variableName }) => `/project/${projectSlug}/envvar/${variableName}`,
);

/** Both are made and updated by the same call. */
function circleci(
  write: (where: TargetSpec['where'], value: string) => Pick<HttpRequest, 'method' | 'body'> & { readonly path: string },
  variable: (where: TargetSpec['where']) => string,
): Vendor {
  const ask = async (
    { where, settings }: TargetSpec, { path, ...request }: ReturnType<typeof write>, statuses: number[], what: string, ports: VendorPorts,
  ): Promise<void> => {
    const { token, certificateAuthority } = settings as unknown as Settings;
    const answer = await ports.http({
      ...request,
      url: `${(where.url ?? CIRCLECI).replace(/\/+$/, '')}/api/v2${path}`,
      headers: { 'circle-token': await ports.secret(token) },
      certificateAuthority,
    });
    expectStatus(answer, statuses, { vendor: 'CircleCI', what, hints: HINTS, now: ports.now });
  };
  return {
    publish: async (target, { text }, ports) => {
      if (text.length > LONGEST_VALUE) {
        throw new TooLargeError(`a variable of CircleCI holds ${LONGEST_VALUE} characters, and the value has ${text.length}: send fewer registries`);
      }
      await ask(target, write(target.where, text), [200, 201], 'write the variable', ports);
      return {};
    },
    remove: (target, how, ports) => (how === 'delete'
      ? ask(target, { method: 'DELETE', path: variable(target.where) }, [200, 404], 'delete the variable', ports)
      // It takes no empty value.
      : ask(target, write(target.where, EMPTY_DOCKERCFG), [200, 201, 404], 'empty the variable', ports)),
  };
}
