import { App, CfnCustomResource, Stack } from 'aws-cdk-lib';
import { DockerCredentials } from 'cdk-ecr-ci';

// What the run at deploy sends can be changed from the test's environment.
const stack = new Stack(new App(), 'DeployRun');
const credentials = new DockerCredentials(stack, 'Credentials', { secretName: 'dockercfg' });
const run = credentials.node.findChild('DeployRun').node.defaultChild as CfnCustomResource;
if (process.env.URL_SUFFIX) run.addPropertyOverride('request.urlSuffix', process.env.URL_SUFFIX);
if (process.env.ROLE) run.addPropertyOverride('request.registries.0.roleArn', process.env.ROLE);
if (process.env.CODE_KEY) run.addPropertyOverride('codeKey', process.env.CODE_KEY);
