import { App, Stack } from 'aws-cdk-lib';
import type { CfnSchedule } from 'aws-cdk-lib/aws-scheduler';
import { DockerCredentials } from 'cdk-ecr-ci';

// A schedule that a test can wait for: below what the construct takes, so by the escape hatch.
const stack = new Stack(new App(), 'Schedule');
const credentials = new DockerCredentials(stack, 'Credentials', { secretName: 'dockercfg' });
(credentials.node.findChild('Schedule').node.defaultChild as CfnSchedule).scheduleExpression = 'rate(1 minute)';
