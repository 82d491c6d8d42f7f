import { App, CfnOutput, Stack } from 'aws-cdk-lib';
import { CiRepository, CiRole, HcpTerraformSubject, OidcTrust } from 'cdk-ecr-ci';

const stack = new Stack(new App(), 'HcpTerraformExample');

const repository = new CiRepository(stack, 'Repository', { repositoryName: 'myuser/myapp' });

// Plans and applies look up which image to deploy. Pull requests start plans too, and can do no more than that.
const role = new CiRole(stack, 'Role', {
  roleName: 'myapp-hcp-terraform',
  trust: OidcTrust.hcpTerraform({
    organization: 'myorg',
    project: 'Default Project',
    subjects: [HcpTerraformSubject.anyPhase('myapp')],
  }),
});
repository.grantRead(role);

new CfnOutput(stack, 'RoleArn', { value: role.roleArn });
