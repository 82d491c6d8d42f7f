import { App, SecretValue, Stack } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { DockerCredentials, Registry, RegistryRole } from 'cdk-ecr-ci';

// A registry of each kind: the stack's own, one that a role asks for in another region, and one with a login.
const stack = new Stack(new App(), 'Registries');
const roleName = 'docker-credentials';
const login = new secretsmanager.Secret(stack, 'Login', {
  secretObjectValue: { username: SecretValue.unsafePlainText('me'), token: SecretValue.unsafePlainText('made up for this test') },
});
const assumeRole = new RegistryRole(stack, 'RegistryRole', { credentialsRoleArn: stack.formatArn({ service: 'iam', region: '', resource: 'role', resourceName: roleName }) });
new DockerCredentials(stack, 'Credentials', {
  secretName: 'dockercfg',
  roleName,
  registries: [
    Registry.ecr(),
    Registry.ecr({ region: 'eu-west-1', assumeRole }),
    Registry.fromSecret('docker.io', login, { passwordKey: 'token' }),
  ],
});
