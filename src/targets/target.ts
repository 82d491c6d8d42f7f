import type { Stack } from 'aws-cdk-lib';
import type * as lambda from 'aws-cdk-lib/aws-lambda';
import type { Construct } from 'constructs';
import type { SecretsManagerTargetOptions, SsmParameterTargetOptions } from './aws-targets';
import type { AzureDevOpsServiceConnectionOptions, AzureDevOpsVariableGroupOptions } from './azure-dev-ops-target';
import type { BitbucketVariableOptions } from './bitbucket-variable';
import type { BuildkiteSecretOptions } from './buildkite-secret';
import type { CircleciContextOptions, CircleciProjectOptions } from './circleci';
import type { GithubPrivateRegistryOptions } from './github-private-registry';
import type { GithubSecretOptions } from './github-secret';
import type { GitlabVariableOptions } from './gitlab-variable';
import type { HttpTargetOptions } from './http-target';
import type { KubernetesSecretOptions } from './kubernetes-secret';
import type { TargetBindOptions, TargetConfig } from './target-config';
import type { TargetOptions } from './target-options';
import { secretsManagerTarget, ssmParameterTarget } from '../private/targets/aws-targets';
import { azureDevOpsServiceConnection, azureDevOpsVariableGroup } from '../private/targets/azure-dev-ops';
import { bitbucketVariable } from '../private/targets/bitbucket-variable';
import { buildkiteSecret } from '../private/targets/buildkite-secret';
import { circleciContext, circleciProject } from '../private/targets/circleci';
import { functionTarget } from '../private/targets/function-target';
import { githubPrivateRegistry, githubSecret } from '../private/targets/github';
import { gitlabVariable } from '../private/targets/gitlab-variable';
import { httpTarget } from '../private/targets/http-target';
import { kubernetesSecret } from '../private/targets/kubernetes-secret';
import type { TargetDefinition } from '../private/targets/target-definition';
import type { Problems } from '../private/validation';

/**
 * A place where a CI system reads credentials, and that has to be kept fresh: a variable, a secret store, a registry
 * connection.
 *
 * For CIs that have no AWS identity. Where a CI can assume a role (`CiRole`), that is better: there is then no
 * credential at rest in it.
 *
 * One of your own extends this class, and returns what another target's `bind()` returns.
 *
 * @example
 * declare const token: secretsmanager.ISecret;
 * new DockerCredentials(this, 'Credentials', {
 *   targets: [Target.gitlabVariable({ project: 'mygroup/myproject', token })],
 * });
 */
export abstract class Target {
  /**
   * A CI/CD variable of a project, a group or an instance of GitLab, `DOCKER_AUTH_CONFIG` if not said otherwise.
   *
   * @see https://docs.gitlab.com/ci/docker/using_docker_images/#access-an-image-from-a-private-container-registry
   */
  public static gitlabVariable(options: GitlabVariableOptions): Target {
    return new VendorTarget(gitlabVariable(options));
  }

  /**
   * The login of a service connection of Azure DevOps to a Docker registry, which container jobs and Docker tasks name.
   *
   * @see https://learn.microsoft.com/en-us/azure/devops/pipelines/library/service-endpoints
   */
  public static azureDevOpsServiceConnection(options: AzureDevOpsServiceConnectionOptions): Target {
    return new VendorTarget(azureDevOpsServiceConnection(options));
  }

  /**
   * A secret variable of a variable group of Azure DevOps.
   *
   * @see https://learn.microsoft.com/en-us/azure/devops/pipelines/library/variable-groups
   */
  public static azureDevOpsVariableGroup(options: AzureDevOpsVariableGroupOptions): Target {
    return new VendorTarget(azureDevOpsVariableGroup(options));
  }

  /**
   * A variable of a repository of Bitbucket Cloud, of one of its deployment environments, or of a workspace.
   *
   * @see https://support.atlassian.com/bitbucket-cloud/docs/variables-and-secrets/
   */
  public static bitbucketVariable(options: BitbucketVariableOptions): Target {
    return new VendorTarget(bitbucketVariable(options));
  }

  /**
   * A secret of a cluster of Buildkite.
   *
   * @see https://buildkite.com/docs/pipelines/security/secrets/buildkite-secrets
   */
  public static buildkiteSecret(options: BuildkiteSecretOptions): Target {
    return new VendorTarget(buildkiteSecret(options));
  }

  /**
   * A variable of a context of CircleCI.
   *
   * @see https://circleci.com/docs/contexts/
   */
  public static circleciContext(options: CircleciContextOptions): Target {
    return new VendorTarget(circleciContext(options));
  }

  /**
   * A variable of a project of CircleCI.
   *
   * @see https://circleci.com/docs/env-vars/
   */
  public static circleciProject(options: CircleciProjectOptions): Target {
    return new VendorTarget(circleciProject(options));
  }

  /**
   * A Lambda function of your own, which brings the dockercfg to where nothing else here does.
   *
   * It is invoked with `{"action":"publish","secretArn":"…","versionId":"…","hosts":["…"],"expiresAt":"…"}` and may read the
   * secret; when the target is removed, with `{"action":"remove","how":"blank"}` or `"delete"`. No credential is in the event.
   *
   * @param handler the function
   */
  public static function(handler: lambda.IFunction, options: TargetOptions = {}): Target {
    return new VendorTarget(functionTarget(handler, options));
  }

  /**
   * Any server that takes a value by one HTTPS request, such as that of another CI.
   */
  public static http(options: HttpTargetOptions): Target {
    return new VendorTarget(httpTarget(options));
  }

  /**
   * A Secret of a Kubernetes cluster, which pods name in `imagePullSecrets`.
   *
   * @see https://kubernetes.io/docs/tasks/configure-pod-container/pull-image-private-registry/
   */
  public static kubernetesSecret(options: KubernetesSecretOptions): Target {
    return new VendorTarget(kubernetesSecret(options));
  }

  /**
   * A copy in another secret of Secrets Manager, such as one of another account.
   */
  public static secretsManager(options: SecretsManagerTargetOptions): Target {
    return new VendorTarget(secretsManagerTarget(options));
  }

  /**
   * A parameter of Systems Manager.
   */
  public static ssmParameter(options: SsmParameterTargetOptions): Target {
    return new VendorTarget(ssmParameterTarget(options));
  }

  /**
   * A secret of GitHub: of a repository, one of its environments, or an organization; for Actions, Dependabot or Codespaces.
   *
   * @see https://docs.github.com/en/actions/concepts/security/secrets
   */
  public static githubSecret(options: GithubSecretOptions): Target {
    return new VendorTarget(githubSecret(options));
  }

  /**
   * A private registry of an organization at GitHub, which Dependabot and code scanning use.
   *
   * @see https://docs.github.com/en/code-security/securing-your-organization/enabling-security-features-in-your-organization/giving-org-access-private-registries
   */
  public static githubPrivateRegistry(options: GithubPrivateRegistryOptions): Target {
    return new VendorTarget(githubPrivateRegistry(options));
  }

  /**
   * Called when the target is given to credentials.
   *
   * @param scope where what the target needs can be defined
   * @param options what the target may use
   */
  public abstract bind(scope: Construct, options: TargetBindOptions): TargetConfig;

  /**
   * Adds what is wrong with the target, before anything is defined.
   *
   * @internal
   */
  public _check(_problems: Problems, _at: string, _stack: Stack): void {
    // A target of one's own throws in bind().
  }
}

/** A target of this package. */
class VendorTarget extends Target {
  public constructor(private readonly definition: TargetDefinition) {
    super();
  }

  public override _check(problems: Problems, at: string, stack: Stack): void {
    this.definition.check(problems, at, stack);
  }

  public bind(scope: Construct, options: TargetBindOptions): TargetConfig {
    return this.definition.bind(scope, options);
  }
}
