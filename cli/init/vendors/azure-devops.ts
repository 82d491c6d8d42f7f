import { BRANCH, type CiFiles, type CiSetup } from '../setup';
import { buildScript } from '../shell';
import { accessSteps } from '../steps';
import { indent, text } from '../text';

const CONNECTION = 'ecr';

/**
 * A pipeline for Azure DevOps. A role is assumed by a service connection, which takes the task of AWS's extension; a key is
 * two secret variables.
 */
export function azureDevOps(setup: CiSetup): CiFiles {
  const script = ['set -e', ...buildScript(setup, { commit: '$BUILD_SOURCEVERSION' })];
  const content = text([
    'trigger:',
    '  branches:',
    '    include:',
    `      - ${BRANCH}`,
    'pool:',
    '  vmImage: ubuntu-latest',
    'steps:',
    ...indent(2, setup.access.kind === 'role' ? taskStep(setup, script) : bashStep(script)),
  ]);
  return { files: [{ path: 'azure-pipelines.yml', content }], steps: handSteps(setup) };
}

function taskStep({ region }: CiSetup, script: string[]): string[] {
  return [
    '- task: AWSShellScript@1',
    '  displayName: Build and push the image',
    '  inputs:',
    `    awsCredentials: ${CONNECTION} # the service connection`,
    `    regionName: ${region}`,
    '    disableAutoCwd: true # else it runs where the task keeps the script',
    '    workingDirectory: $(System.DefaultWorkingDirectory)',
    '    scriptType: inline',
    '    inlineScript: |',
    ...indent(6, script),
  ];
}

/** Secret variables reach a script only by its own `env`. */
function bashStep(script: string[]): string[] {
  return [
    '- bash: |',
    ...indent(4, script),
    '  displayName: Build and push the image',
    '  env:',
    '    AWS_ACCESS_KEY_ID: $(AWS_ACCESS_KEY_ID)',
    '    AWS_SECRET_ACCESS_KEY: $(AWS_SECRET_ACCESS_KEY)',
  ];
}

function handSteps(setup: CiSetup): string[] {
  const { access } = setup;
  const role = access.kind === 'role' ? [
    'Install the extension AWS Toolkit for Azure DevOps',
    `Make a service connection ${CONNECTION} of the type AWS, with OIDC and the role ${access.roleArn} (Project settings, Service connections)`,
  ] : [];
  return [...role, ...accessSteps(setup, 'the pipeline\'s variables (Edit, Variables)', 'OidcTrust.azureDevOps({ … })')];
}
