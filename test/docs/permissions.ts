import { App, Duration, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import * as kms from 'aws-cdk-lib/aws-kms';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { NAG_FINDINGS, NAG_TARGET_FINDINGS } from './nag-findings';
import * as lib from '../../src';
import { READ_ACTIONS, REPOSITORY_GRANTS, TOKEN_ACTION } from '../../src/private/actions';
import type { RepositoryGrant } from '../../src/private/actions';

/** Whatever JSON holds. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
type Json = any;

/** What each grant of repositories is for. */
const GRANTS: Record<keyof typeof REPOSITORY_GRANTS | 'grantRead', string> = {
  grantPull: 'pull images',
  grantPush: 'push images',
  grantPullPush: 'both',
  grantRead: 'see images, as aws-cdk-lib grants it',
  grantDescribe: 'see repositories, images, settings and scan findings',
  grantScan: 'have images scanned',
  grantLifecycle: 'change lifecycle policies, archive and restore images',
  grantDeleteImages: 'delete images',
  grantCreateOnPush: 'push images to repositories that a push creates',
};

/** What is granted, and the resource in the policy. */
const GRANTED: { name: string; grants: object; resource: string; except?: string[] }[] = [
  { name: '`CiRepository`', grants: lib.CiRepository.prototype, resource: 'its ARN' },
  {
    name: 'a repository of `CiRepository.fromRepositoryName()` and the like',
    grants: lib.CiRepository.fromRepositoryName(new Stack(new App(), 'Stack'), 'Repository', 'name'),
    resource: 'its ARN',
  },
  { name: '`RepositoryScope.names()`', grants: lib.RepositoryScope.prototype, resource: '`repository/NAME` for each name' },
  { name: '`RepositoryScope.namePrefix()`', grants: lib.RepositoryScope.prototype, resource: '`repository/PREFIX*`' },
  {
    name: '`RepositoryScope.tagged()`',
    grants: lib.RepositoryScope.prototype,
    resource: '`repository/*`, if `aws:ResourceTag/KEY` is the value',
    except: ['grantCreateOnPush'],
  },
];

/** Principals, and the ids in the template of their users or roles. */
const PRINCIPALS: { name: string; id: RegExp; besides: string }[] = [
  { name: 'the refresher\'s role (`DockerCredentials`)', id: /^CredentialsRole/, besides: 'what you grant to the `DockerCredentials`' },
  { name: 'the publisher\'s role (`DockerCredentials` with `targets`)', id: /^CredentialsPublisherRole/, besides: 'what its targets need' },
  { name: 'the schedules\' roles (`DockerCredentials`, and `CiUser` with `keyRotation`)', id: /^SchedulerRole/, besides: 'nothing' },
  { name: 'the rotation\'s role (`CiUser` with `keyRotation`)', id: /^UserKeyRotationRole/, besides: 'nothing' },
  { name: 'the user (`CiUser`)', id: /^User[0-9A-F]{8}$/, besides: 'what you grant to it' },
  { name: 'the CI\'s role (`CiRole`)', id: /^CiRole/, besides: 'what you grant to it' },
  { name: 'the role that adopts (`AdoptingOidcProvider`)', id: /^CdkEcrCiOidcProviders/, besides: 'nothing' },
];

/** What resources of a type are to the principal. */
const RESOURCES: Record<string, string> = {
  'AWS::KMS::Key': 'the `encryptionKey`, if there is one, and only through Secrets Manager',
  'AWS::Lambda::Function': 'the function that it runs, and its versions',
  'AWS::Logs::LogGroup': 'its own log',
  'AWS::DynamoDB::Table': 'the table of its targets',
  'AWS::IAM::User': 'the user whose key it rotates',
};

/** The text of docs/permissions.md. */
export function permissions(): string {
  return `# Permissions

Written by \`node scripts/permissions.mjs\` from the lists that the constructs grant by; a test fails if it is not up to
date. [test/iam](../test/iam) proves it: for every grant, principal and kind of repository a policy simulator decides
each action that ECR and ECR Public have, on the repository, on its neighbours, in other regions and accounts.

## Grants on repositories

| Grant | Lets | Actions on the repository | \`${TOKEN_ACTION}\` on \`*\` |
| --- | --- | --- | --- |
${Object.entries(GRANTS).map(([name, purpose]) => row(`\`${name}\``, purpose, list(grantOf(name).actions), grantOf(name).withToken ? 'yes' : 'no')).join('\n')}

| Granted on | Resource | Grants |
| --- | --- | --- |
${GRANTED.map(({ name, grants, resource, except = [] }) => (
  row(name, resource, list(Object.keys(GRANTS).filter((grant) => grant in grants && !except.includes(grant))))
)).join('\n')}

No grant uses a wildcard in actions. ECR knows no condition on the tag of an image: who may push one may push any that
is not immutable.

A principal of another account needs the repository's policy besides. \`CiRepository\` writes it; on imported repositories
and on a \`RepositoryScope\` nobody can, so those [warn](warnings.md).

## What principals may do by themselves

| Principal | Actions | On | Besides |
| --- | --- | --- | --- |
${ownRights().join('\n')}

What is granted to a \`CiUser\` or a \`CiRole\` is kept in customer managed policies of at most 6,144 characters, its children
\`Policy1\`, \`Policy2\` and so on, and only if those are full in an inline policy. Together they allow what was granted and
nothing else.

## What cdk-nag finds

The AwsSolutions pack finds this in \`EcrCi\`, the last only where there are targets, and nothing else:

| Finding | Of | Reason |
| --- | --- | --- |
${Object.entries({ ...NAG_FINDINGS, ...NAG_TARGET_FINDINGS }).map(([finding, reason]) => row(`\`${finding.split(' ')[0]}\``, `\`${finding.split(' ')[1]}\``, reason)).join('\n')}
`;
}

function grantOf(name: string): RepositoryGrant {
  return { grantRead: { actions: READ_ACTIONS, withToken: false }, ...REPOSITORY_GRANTS }[name]!;
}

function ownRights(): string[] {
  const stack = new Stack(new App(), 'Stack');
  const token = new secretsmanager.Secret(stack, 'Token');
  new lib.DockerCredentials(stack, 'Credentials', {
    encryptionKey: new kms.Key(stack, 'Key'), targets: [lib.Target.gitlabVariable({ project: '1', token })],
  });
  new lib.CiUser(stack, 'User', { keyRotation: Duration.days(30) });
  new lib.CiRole(stack, 'CiRole', {
    trust: lib.OidcTrust.github({
      owner: 'myuser',
      repository: 'myapp',
      subjects: [lib.GithubSubject.branch('main')],
      provider: new lib.AdoptingOidcProvider(stack, 'Github', { issuer: lib.GithubIssuer.GITHUB_COM.url }),
    }),
  });
  const template = Template.fromStack(stack);
  const resources = template.toJSON().Resources;
  const policies = ['AWS::IAM::Policy', 'AWS::IAM::ManagedPolicy'].flatMap((type) => Object.values<Json>(template.findResources(type)));

  return PRINCIPALS.flatMap(({ name, id, besides }) => {
    const own = policies.filter(({ Properties: { Roles = [], Users = [] } }) => [...Roles, ...Users].some(({ Ref }) => id.test(Ref)));
    const statements = own.flatMap(({ Properties }) => Properties.PolicyDocument.Statement);
    const rights = new Set(statements.map(({ Action, Resource }) => `${list([Action].flat())} | ${describe(Resource, resources)}`));
    if (rights.size === 0) return [row(name, 'none', '', besides)];
    return [...rights].map((right, index) => (index === 0 ? row(name, right, besides) : row('', right, '')));
  });
}

function describe(resource: Json, resources: Json): string {
  if (resource === '*') return '`*`';
  if (JSON.stringify(resource).includes(':oidc-provider/')) return 'the issuer\'s provider';
  const [[named, { Type: type }]] = Object.entries<Json>(resources).filter(([id]) => JSON.stringify(resource).includes(`"${id}"`));
  if (type === 'AWS::SQS::Queue') return /PublisherQueue/.test(named) ? 'the publisher\'s queue' : 'its dead-letter queue';
  if (named.startsWith('Token')) return 'the secrets with its targets\' tokens';
  if (type === 'AWS::SecretsManager::Secret') return named.startsWith('Credentials') ? 'the dockercfg' : 'its own secret';
  return RESOURCES[type];
}

function list(items: string[]): string {
  return items.map((item) => `\`${item}\``).join(' ');
}

function row(...cells: string[]): string {
  return `| ${cells.join(' | ')} |`;
}
