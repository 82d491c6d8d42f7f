import { App, Stack } from 'aws-cdk-lib';
import * as secretsmanager from 'aws-cdk-lib/aws-secretsmanager';
import { EcrCi, KubernetesCluster, Target } from 'cdk-ecr-ci';

const stack = new Stack(new App(), 'TargetKubernetesExample');

new EcrCi(stack, 'Ci', {
  repositoryNames: ['myuser/myapp'],
  targets: [
    Target.kubernetesSecret({
      namespace: 'ci',
      cluster: KubernetesCluster.bearerToken({
        endpoint: 'https://kubernetes.example.com:6443',
        token: secretsmanager.Secret.fromSecretNameV2(stack, 'KubernetesToken', 'kubernetes-token'),
      }),
    }),
  ],
});
