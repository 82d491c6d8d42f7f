import * as path from 'node:path';
import { CreateSecretCommand, GetSecretValueCommand, SecretsManagerClient } from '@aws-sdk/client-secrets-manager';
import { LocalAws } from '../../local-aws/local-aws';
import { FakeGitlab } from '../vendors/fake-gitlab';

jest.setTimeout(300_000);

const APPS = path.join(__dirname, 'apps');

let aws: LocalAws;
let gitlab: FakeGitlab;
let secrets: SecretsManagerClient;
beforeEach(async () => {
  [aws, gitlab] = await Promise.all([LocalAws.start(), new FakeGitlab().start()]);
  secrets = new SecretsManagerClient(aws.clientConfig());
  await aws.bootstrap();
  await secrets.send(new CreateSecretCommand({ Name: 'gitlab-token', SecretString: gitlab.token }));
});
afterEach(async () => { await Promise.all([aws?.stop(), gitlab?.stop()]); });

function deploy(env: NodeJS.ProcessEnv): Promise<string> {
  return aws.cdk(
    ['deploy', '--require-approval', 'never', '--app', 'npx tsx targets.ts', '--output', path.join(aws.directory, 'cdk.out')],
    { cwd: APPS, env: { GITLAB_URL: gitlab.url, GITLAB_CA: gitlab.certificateAuthority, ...env } },
  );
}

const dockercfg = async () => (await secrets.send(new GetSecretValueCommand({ SecretId: 'dockercfg' }))).SecretString!;

test('a deploy publishes to the targets, and says how each fared', async () => {
  gitlab.add('projects/1');
  gitlab.add('projects/2', { environment_scope: '*', value: 'old' });
  const output = await deploy({ PROJECTS: '1,2,3' });
  expect(output).toContain('= 2 published, 1 failed; gitlab-variable key=DOCKER_AUTH_CONFIG project=3');
  const value = await dockercfg();
  expect(gitlab.variables.get('projects/1')).toMatchObject([{ value, raw: true, masked: true }]);
  expect(gitlab.variables.get('projects/2')).toMatchObject([{ value, raw: false }]);
});
