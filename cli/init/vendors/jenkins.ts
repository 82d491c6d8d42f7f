import { BRANCH, type CiFiles, type CiSetup } from '../setup';
import { buildScript } from '../shell';
import { accessSteps } from '../steps';
import { indent, text } from '../text';

const TOKEN_CREDENTIALS = 'aws-token';
const KEY_CREDENTIALS = 'aws-key';

/** A declarative Jenkinsfile, for a multibranch pipeline. */
export function jenkins(setup: CiSetup): CiFiles {
  const { access } = setup;
  const content = text([
    'pipeline {',
    '  agent any',
    ...(access.kind === 'role' ? ['  environment {', `    AWS_ROLE_ARN = '${access.roleArn}'`, '  }'] : []),
    '  stages {',
    '    stage(\'Image\') {',
    `      when { branch '${BRANCH}' }`,
    '      steps {',
    `        withCredentials([${binding(setup)}]) {`,
    '          sh \'\'\'',
    ...indent(12, buildScript(setup, { commit: '$GIT_COMMIT' })),
    '          \'\'\'',
    '        }',
    '      }',
    '    }',
    '  }',
    '}',
  ]);
  return { files: [{ path: 'Jenkinsfile', content }], steps: ['Let the pipeline run on agents with Docker and the AWS CLI', ...credentialSteps(setup)] };
}

function binding({ access }: CiSetup): string {
  if (access.kind === 'role') return `file(credentialsId: '${TOKEN_CREDENTIALS}', variable: 'AWS_WEB_IDENTITY_TOKEN_FILE')`;
  return `usernamePassword(credentialsId: '${KEY_CREDENTIALS}', usernameVariable: 'AWS_ACCESS_KEY_ID', passwordVariable: 'AWS_SECRET_ACCESS_KEY')`;
}

function credentialSteps(setup: CiSetup): string[] {
  const kind = setup.access.kind === 'role'
    ? `Install the plugin oidc-provider and make credentials ${TOKEN_CREDENTIALS} of the kind "OpenID Connect id token as file", with the audience sts.amazonaws.com`
    : `Make credentials ${KEY_CREDENTIALS} of the kind "Username with password"`;
  return [kind, ...accessSteps(setup, `the credentials ${KEY_CREDENTIALS}`, 'OidcTrust.jenkins({ … })')];
}
