import { Arn, ArnFormat, PhysicalName } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import { Construct } from 'constructs';
import { TOKEN_ACTION } from '../private/actions';
import { checkFormat, ROLE_ARN, ROLE_NAME } from '../private/formats';
import { Problems } from '../private/validation';

/**
 * Properties of `RegistryRole`.
 */
export interface RegistryRoleProps {
  /**
   * ARN of the role of the `DockerCredentials` that may assume this one: its `role.roleArn`.
   *
   * That role need not exist yet.
   */
  readonly credentialsRoleArn: string;

  /**
   * Name of the role.
   *
   * @default - a name is generated
   */
  readonly roleName?: string;

  /**
   * Permissions boundary of the role.
   *
   * @default - none
   */
  readonly permissionsBoundary?: iam.IManagedPolicy;
}

/**
 * The other side of `Registry.ecr({ assumeRole })`: a role in the account of a registry, which a `DockerCredentials` of
 * another account asks for its token.
 *
 * Define it in a stack of the registry's account, and deploy that first. What is granted to it is what the entry in the
 * dockercfg can do.
 *
 * @example
 * const repository = new CiRepository(this, 'App', { repositoryName: 'myuser/myapp' });
 * const role = new RegistryRole(this, 'RegistryRole', {
 *   roleName: 'ecr-tokens',
 *   credentialsRoleArn: 'arn:aws:iam::111122223333:role/docker-credentials',
 * });
 * repository.grantPull(role);
 */
export class RegistryRole extends iam.Role {
  public constructor(scope: Construct, id: string, props: RegistryRoleProps) {
    const problems = new Problems(scope, id);
    checkFormat(problems, 'credentialsRoleArn', props.credentialsRoleArn, ROLE_ARN);
    checkFormat(problems, 'roleName', props.roleName, ROLE_NAME);
    problems.throwIfAny();

    const account = Arn.split(props.credentialsRoleArn, ArnFormat.SLASH_RESOURCE_NAME).account!;
    super(scope, id, {
      description: 'What is granted to this role is what the ECR credentials of another account can do here',
      roleName: props.roleName ?? PhysicalName.GENERATE_IF_NEEDED,
      permissionsBoundary: props.permissionsBoundary,
      // Not the role as principal: IAM would want it to exist, and the credentials' first run wants this one to.
      assumedBy: new iam.AccountPrincipal(account).withConditions({ ArnEquals: { 'aws:PrincipalArn': props.credentialsRoleArn } }),
      // Part of the role, so that it never exists without.
      inlinePolicies: {
        Token: new iam.PolicyDocument({ statements: [new iam.PolicyStatement({ actions: [TOKEN_ACTION], resources: ['*'] })] }),
      },
    });
  }
}
