import { ArnFormat, Stack, Token } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { checkExactlyOne, type TargetDefinition } from './target-definition';
import type { AwsTargetOptions, SecretsManagerTargetOptions, SsmParameterTargetOptions } from '../../targets/aws-targets';
import type { TargetBindOptions } from '../../targets/target-config';
import { TargetRemoval } from '../../targets/target-removal';
import { TargetValue } from '../../targets/target-value';
import {
  ASSUME_ROLE_ACTION, CREATE_SECRET_ACTION, DELETE_PARAMETER_ACTION, DELETE_SECRET_ACTION, ENCRYPT_PARAMETER_ACTIONS, USE_KEY_ACTIONS,
  WRITE_PARAMETER_ACTIONS, WRITE_SECRET_ACTION,
} from '../actions';
import { checkFormat, REGION, SECRET_NAME, type Format } from '../formats';
import type { Problems } from '../validation';

const SECRET_ARN: Format = {
  pattern: /^arn:[a-z-]+:secretsmanager:[a-z0-9-]+:\d{12}:secret:[A-Za-z0-9/_+=.@-]{1,519}$/,
  allowed: 'the ARN of a secret',
  fix: 'write it such as \'arn:aws:secretsmanager:eu-west-1:111122223333:secret:ci/dockercfg-AbCdEf\'',
};

/** @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html */
const PARAMETER_NAME: Format = {
  pattern: /^(?=.{1,966}$)((?!\/(aws|ssm))(\/[A-Za-z0-9_.-]+){1,15}|(?!aws|ssm)[A-Za-z0-9_.-]+)$/i,
  allowed: 'the name of a parameter, of at most 15 levels and not beginning with aws or ssm',
  fix: 'write it such as \'/ci/dockercfg\'',
};

/** A service and what the publisher does with it. */
interface AwsKind {
  readonly kind: string;
  readonly place: Record<string, string>;
  readonly settings: Record<string, unknown>;
  readonly check: (problems: Problems, at: string) => void;
  readonly actions: string[];
  readonly resources: (stack: Stack, region: string) => string[];
  readonly service: string;
  readonly keyActions: string[];
}

/** The target of `Target.secretsManager()`. */
export function secretsManagerTarget(options: SecretsManagerTargetOptions): TargetDefinition {
  const { secretName, secretArn, createIfMissing: create = false, region, removal } = options;
  const deletes = removal === TargetRemoval.DELETE;
  return awsTarget(options, {
    kind: 'secrets-manager',
    place: { secretId: secretArn ?? secretName! },
    settings: create ? { create } : {},
    check: (problems, at) => {
      checkExactlyOne(problems, at, { secretName, secretArn }, 'say which secret it is');
      checkFormat(problems, `${at}.secretName`, secretName, SECRET_NAME);
      checkFormat(problems, `${at}.secretArn`, secretArn, SECRET_ARN);
      if (create && secretArn !== undefined) problems.add(`${at}.createIfMissing`, create, 'left out for a secret that is named by its ARN', 'give its secretName');
      if (deletes && !create) problems.add(`${at}.removal`, removal, 'LEAVE or BLANK for a secret that somebody else makes', 'delete it where it is defined');
      const arnRegion = regionOf(secretArn);
      problems.unless(`${at}.region`, region, (name) => arnRegion === undefined || name === arnRegion, `left out, or the region of the ARN, ${arnRegion}`, 'leave it out');
    },
    actions: [WRITE_SECRET_ACTION, ...create ? [CREATE_SECRET_ACTION] : [], ...deletes ? [DELETE_SECRET_ACTION] : []],
    resources: (stack, where) => (secretArn === undefined
      ? [stack.formatArn({ service: 'secretsmanager', region: where, resource: 'secret', resourceName: `${secretName}-??????`, arnFormat: ArnFormat.COLON_RESOURCE_NAME })]
      : arnsOf(secretArn)),
    service: 'secretsmanager',
    keyActions: USE_KEY_ACTIONS,
  });
}

/** The target of `Target.ssmParameter()`. */
export function ssmParameterTarget(options: SsmParameterTargetOptions): TargetDefinition {
  const { parameterName, tier = 'Intelligent-Tiering', removal } = options;
  return awsTarget(options, {
    kind: 'ssm-parameter',
    place: { parameterName },
    settings: { tier },
    check: (problems, at) => checkFormat(problems, `${at}.parameterName`, parameterName, PARAMETER_NAME),
    actions: [...WRITE_PARAMETER_ACTIONS, ...removal === TargetRemoval.DELETE ? [DELETE_PARAMETER_ACTION] : []],
    resources: (stack, region) => [stack.formatArn({ service: 'ssm', region, resource: 'parameter', resourceName: parameterName.replace(/^\//, '') })],
    service: 'ssm',
    keyActions: ENCRYPT_PARAMETER_ACTIONS,
  });
}

function awsTarget(options: AwsTargetOptions, kind: AwsKind): TargetDefinition {
  const { region, assumeRole, encryptionKey, value = TargetValue.configJson() } = options;
  return {
    check: (problems, at) => {
      kind.check(problems, at);
      checkFormat(problems, `${at}.region`, region, REGION);
      value._check(problems, `${at}.value`);
    },
    bind: (scope: Construct, { publisher }: TargetBindOptions) => {
      const allow = (actions: string[], resources: string[], conditions?: Record<string, unknown>) => (
        publisher.grantPrincipal.addToPrincipalPolicy(new iam.PolicyStatement({ actions, resources, conditions })));
      const stack = Stack.of(scope);
      const where = region ?? regionOf(kind.place.secretId) ?? stack.region;
      if (assumeRole) {
        allow([ASSUME_ROLE_ACTION], [assumeRole.roleArn]);
      } else {
        allow(kind.actions, kind.resources(stack, where));
        // By the role's policy alone: a key's own would name the role, which may wait for the key.
        if (encryptionKey) allow(kind.keyActions, [encryptionKey.keyArn], { StringEquals: { 'kms:ViaService': `${kind.service}.${where}.amazonaws.com` } });
      }
      return {
        kind: kind.kind,
        where: { ...kind.place, ...region === undefined ? {} : { region }, ...assumeRole ? { roleArn: assumeRole.roleArn } : {} },
        settings: { ...kind.settings, ...encryptionKey ? { keyArn: encryptionKey.keyArn } : {} },
        value,
        removal: options.removal,
      };
    },
  };
}

/** The region that an ARN names, as far as it is known at synth. */
function regionOf(arn: string | undefined): string | undefined {
  return arn === undefined || Token.isUnresolved(arn) || !arn.startsWith('arn:') ? undefined : arn.split(':')[3];
}

/** An ARN may lack the six characters at its end, and a name may end as if it had them. */
function arnsOf(secretArn: string): string[] {
  if (Token.isUnresolved(secretArn)) return [secretArn, `${secretArn}-??????`];
  return /-[A-Za-z0-9]{6}$/.test(secretArn) ? [secretArn, `${secretArn}-??????`] : [`${secretArn}-??????`];
}
