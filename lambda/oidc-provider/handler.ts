import { ConcurrentModificationException, LimitExceededException, NoSuchEntityException } from '@aws-sdk/client-iam';
import { ensureAudience, releaseAudience } from './audience';
import { ProviderMissingError } from './errors';
import { isForAudience, type AudienceEvent, type ProviderEvent, type Result } from './event';
import type { IamProviders } from './iam-providers';
import { ensureProvider, releaseProvider } from './provider';
import { DEPLOY_PATIENCE_SECONDS, OidcRemoval } from '../../src/private/contract';
import { answer, type Respond } from '../shared/custom-resource';
import { describe, isDenied } from '../shared/errors';
import { log, type WriteLine } from '../shared/log';
import { patiently, type Clock, type Patience } from '../shared/patience';

/** What the handler needs of the world. */
export interface OidcPorts extends Clock {
  readonly iam: IamProviders;
  readonly respond: Respond;
  readonly write: WriteLine;
}

/** IAM needs a while to know the rights of a new role, and a provider that was made just before. */
const UNTIL_IAM_KNOWS: Patience<Result> = {
  seconds: DEPLOY_PATIENCE_SECONDS,
  mendsError: (error) => isDenied(error) || [ConcurrentModificationException, NoSuchEntityException, ProviderMissingError]
    .some((mendable) => error instanceof mendable),
};

/** What to do when IAM takes no more. */
const FULL = {
  provider: 'delete a provider of the account that is not used, or ask AWS for a higher quota',
  audience: 'remove an audience of the provider that is not used: IAM takes 100',
};

/**
 * The adopting providers' custom resources, called by CloudFormation, which is always answered.
 *
 * There is one for each provider and one for each audience, so that CloudFormation itself undoes what a failed deploy or
 * a removed property had done, and nothing else.
 */
export function createHandler(ports: OidcPorts) {
  return async (event: ProviderEvent | AudienceEvent): Promise<void> => {
    const result = await patiently(() => act(event, ports), UNTIL_IAM_KNOWS, ports)
      .catch((error: unknown): Result => ({ failure: explain(event, error) }));
    const { RequestType: request, LogicalResourceId: logicalId } = event;
    log(ports.write, result.failure ? 'ERROR' : 'INFO', `${request} of ${subjectOf(event)}`, { logicalId, ...result });
    await answer(event, result, ports.respond);
  };
}

async function act(event: ProviderEvent | AudienceEvent, ports: OidcPorts): Promise<Result> {
  const { iam } = ports;
  if (event.RequestType !== 'Delete') return isForAudience(event) ? ensureAudience(event, iam) : ensureProvider(event, iam);
  if (event.ResourceProperties.removal !== OidcRemoval.DESTROY) return { kept: 'it is retained' };
  return isForAudience(event) ? releaseAudience(event, iam, ports) : releaseProvider(event, iam, ports);
}

function explain(event: ProviderEvent | AudienceEvent, error: unknown): string {
  const verb = event.RequestType !== 'Delete' ? 'adopted' : 'removed';
  const hint = error instanceof LimitExceededException ? `; ${FULL[isForAudience(event) ? 'audience' : 'provider']}` : '';
  return `${subjectOf(event)} could not be ${verb}: ${describe(error)}${hint}`;
}

function subjectOf(event: ProviderEvent | AudienceEvent): string {
  const provider = `the OIDC provider ${event.ResourceProperties.providerArn}`;
  return isForAudience(event) ? `the audience '${event.ResourceProperties.audience}' of ${provider}` : provider;
}
