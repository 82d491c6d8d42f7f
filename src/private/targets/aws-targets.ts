import { ArnFormat, Stack } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import type { TargetDefinition } from './target-definition';
import type { AwsTargetOptions, SecretsManagerTargetOptions, SsmParameterTargetOptions } from '../../targets/aws-targets';
import type { TargetBindOptions } from '../../targets/target-config';
import { TargetRemoval } from '../../targets/target-removal';
import { TargetValue } from '../../targets/target-value';
import { checkFormat, REGION, type Format } from '../formats';
import type { Problems } from '../validation';

const SECRET_ID: Format = {
  pattern: /^(arn:[a-z-]+:secretsmanager:[a-z0-9-]+:\d{12}:secret:)?[A-Za-z0-9/_+=.@-]{1,512}$/,
  allowed: 'the name or the ARN of a secret',
  fix: 'write it such as \'ci/dockercfg\', or copy the ARN',
};

/** @see https://docs.aws.amazon.com/systems-manager/latest/APIReference/API_PutParameter.html */
const PARAMETER_NAME: Format = {
  pattern: /^(?!\/?(aws|ssm))(\/[A-Za-z0-9_.-]+)+$|^(?!(aws|ssm))[A-Za-z0-9_.-]+$/i,
  allowed: 'the name of a parameter, not beginning with aws or ssm',
  fix: 'write it such as \'/ci/dockercfg\'',
};

/** The target of `Target.secretsManager()`. */
export function secretsManagerTarget(options: SecretsManagerTargetOptions): TargetDefinition {
  const { secretId } = options;
  return awsTarget(options, 'secrets-manager', { secretId }, (problems, at) => {
    checkFormat(problems, `${at}.secretId`, secretId, SECRET_ID);
    problems.unless(`${at}.removal`, options.removal, (removal) => removal !== TargetRemoval.DELETE, 'LEAVE or BLANK for a secret, to which others may hold', 'delete it where it is defined');
  }, (stack, region) => {
    const arn = secretId.startsWith('arn:')
      ? /-[A-Za-z0-9]{6}$/.test(secretId) ? secretId : `${secretId}-??????`
      : stack.formatArn({ service: 'secretsmanager', region, resource: 'secret', resourceName: `${secretId}-??????`, arnFormat: ArnFormat.COLON_RESOURCE_NAME });
    const actions = ['secretsmanager:PutSecretValue'];
    return [new iam.PolicyStatement({ actions, resources: [arn] })];
  });
}

/** The target of `Target.ssmParameter()`. */
export function ssmParameterTarget(options: SsmParameterTargetOptions): TargetDefinition {
  const { parameterName } = options;
  return awsTarget(options, 'ssm-parameter', { parameterName }, (problems, at) => checkFormat(problems, `${at}.parameterName`, parameterName, PARAMETER_NAME), (stack, region) => {
    const resourceName = parameterName.replace(/^\//, '');
    const actions = ['ssm:DeleteParameter', 'ssm:PutParameter'];
    return [new iam.PolicyStatement({ actions, resources: [stack.formatArn({ service: 'ssm', region, resource: 'parameter', resourceName })] })];
  });
}

function awsTarget(
  options: AwsTargetOptions, kind: string, place: Record<string, string>,
  check: (problems: Problems, at: string) => void, rights: (stack: Stack, region: string) => iam.PolicyStatement[],
): TargetDefinition {
  const { region, assumeRole, value = TargetValue.configJson() } = options;
  return {
    check: (problems, at) => {
      check(problems, at);
      checkFormat(problems, `${at}.region`, region, REGION);
      value._check(problems, `${at}.value`);
    },
    bind: (scope: Construct, { publisher }: TargetBindOptions) => {
      const stack = Stack.of(scope);
      if (assumeRole) publisher.grantPrincipal.addToPrincipalPolicy(new iam.PolicyStatement({ actions: ['sts:AssumeRole'], resources: [assumeRole.roleArn] }));
      else for (const statement of rights(stack, region ?? stack.region)) publisher.grantPrincipal.addToPrincipalPolicy(statement);
      return {
        kind,
        where: { ...place, ...region === undefined ? {} : { region }, ...assumeRole ? { roleArn: assumeRole.roleArn } : {} },
        settings: {},
        value,
        removal: options.removal,
      };
    },
  };
}
