import type { Stack } from 'aws-cdk-lib';
import type { Construct } from 'constructs';
import type { AzureDevopsServiceConnectionOptions } from './azure-devops-service-connection';
import type { AzureDevopsVariableGroupOptions } from './azure-devops-variable-group';
import type { FunctionTargetOptions } from './function-target';
import type { GithubPrivateRegistryOptions } from './github-private-registry';
import type { GithubSecretOptions } from './github-secret';
import type { GitlabVariableOptions } from './gitlab-variable';
import type { HttpTargetOptions } from './http-target';
import type { TargetBindOptions, TargetConfig } from './target-config';
import { azureDevopsServiceConnection, azureDevopsVariableGroup } from '../private/targets/azure-devops';
import { functionTarget } from '../private/targets/function';
import { githubPrivateRegistry, githubSecret } from '../private/targets/github';
import { gitlabVariable } from '../private/targets/gitlab-variable';
import { httpTarget } from '../private/targets/http';
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
   * A service connection of Azure DevOps to a Docker registry, which container jobs and the Docker task log in with.
   *
   * The connection is there before: everything but its registry, user and password stays as its owner set it.
   *
   * @see https://learn.microsoft.com/en-us/azure/devops/pipelines/library/service-endpoints#docker-registry-service-connection
   */
  public static azureDevopsServiceConnection(options: AzureDevopsServiceConnectionOptions): Target {
    return new VendorTarget(azureDevopsServiceConnection(options));
  }

  /**
   * A variable in a variable group of Azure DevOps, `DOCKER_AUTH_CONFIG` if not said otherwise.
   *
   * The group is there before, and keeps its other variables. For one registry a service connection is the better place.
   *
   * @see https://learn.microsoft.com/en-us/azure/devops/pipelines/library/variable-groups
   */
  public static azureDevopsVariableGroup(options: AzureDevopsVariableGroupOptions): Target {
    return new VendorTarget(azureDevopsVariableGroup(options));
  }

  /**
   * Whatever takes credentials in one HTTPS request: a method, a URL, headers and a body, which the credentials and secrets
   * are filled in.
   *
   * @example
   * declare const token: secretsmanager.ISecret;
   * Target.http({
   *   method: HttpTargetMethod.PATCH,
   *   url: 'https://woodpecker.example.com/api/repos/42/registries/{{host}}',
   *   headers: { authorization: 'Bearer {{secret:token}}' },
   *   body: HttpBody.json({ username: '{{username}}', password: '{{password}}' }),
   *   secrets: { token: HttpSecret.of(token) },
   * });
   */
  public static http(options: HttpTargetOptions): Target {
    return new VendorTarget(httpTarget(options));
  }

  /**
   * A Lambda function of yours, which brings the credentials where nothing else here can. It is called with an event that
   * has no credential, and reads the secret.
   *
   * @see https://github.com/cdk-ecr-ci/cdk-ecr-ci/blob/main/docs/targets/function.md
   *
   * @example
   * declare const handler: lambda.Function;
   * Target.function({ handler });
   */
  public static function(options: FunctionTargetOptions): Target {
    return new VendorTarget(functionTarget(options));
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
