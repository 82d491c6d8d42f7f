import { Annotations, Lazy, RemovalPolicy, Token } from 'aws-cdk-lib';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { Lifecycle } from './lifecycle';
import type { RepositoryAccess } from './repository-access';
import { REPOSITORY_GRANTS } from '../private/actions';
import { ACCOUNT_ID, checkFormat, REPOSITORY_ARN, REPOSITORY_NAME, TAG_FILTER } from '../private/formats';
import { grantOn } from '../private/grants';
import { ImportedRepository } from '../private/imported-repository';
import { toJson } from '../private/json';
import { checkLifecyclePolicy } from '../private/lifecycle-policy';
import type { NamedRule } from '../private/lifecycle-policy';
import { checkRepositoryStatement, isOpenToEveryone, sizeProblems } from '../private/repository-policy';
import { Problems } from '../private/validation';

const MOST_TAG_FILTERS = 5;

/** What `ecr.LifecycleRule` calls the properties of `LifecycleRule`. */
const NAMES_FOR_CDK: Record<string, string> = { imageCountMoreThan: 'maxImageCount', sinceImagePushed: 'maxImageAge' };

/** The names that `ecr.Repository` takes; ECR takes more of them. */
const NAME_FOR_CDK = /^(?:[a-z0-9]+(?:[._-][a-z0-9]+)*\/)*[a-z0-9]+(?:[._-][a-z0-9]+)*$/;

/**
 * Properties of `CiRepository`: those of `ecr.Repository` and a few more.
 *
 * Of the inherited ones, these have another default here: `imageScanOnPush` is true, `imageTagMutability` is
 * `TagMutability.IMMUTABLE` (`IMMUTABLE_WITH_EXCLUSION` where filters are given), and `lifecycleRules` are those of
 * `Lifecycle.application()`; an empty list means no lifecycle at all.
 */
export interface CiRepositoryProps extends ecr.RepositoryProps {
  /**
   * The tags that may be moved to another image, such as `latest` or `pr-*`. Every other tag stays where it was put first.
   *
   * Up to five, with up to two `*` each. Not together with `imageTagMutability` or `imageTagMutabilityExclusionFilters`.
   *
   * @default - no tag may be moved
   */
  readonly mutableTags?: string[];

  /**
   * When images expire or move to the archive. Not together with `lifecycleRules`.
   *
   * @default Lifecycle.application(), which expires images without a tag after 14 days and never one with a tag
   */
  readonly lifecycle?: Lifecycle;

  /**
   * Who may use the repository from elsewhere, such as from other accounts.
   *
   * @default - only whom grants allow it
   */
  readonly access?: RepositoryAccess[];
}

/**
 * An ECR repository with the defaults that a CI needs: tags cannot be moved, images are scanned when they are pushed,
 * images without a tag expire, and nothing is deleted with the stack.
 *
 * It goes wherever an `ecr.Repository` does.
 *
 * @example
 * const repository = new CiRepository(this, 'App', {
 *   repositoryName: 'myuser/myapp',
 *   mutableTags: ['latest', 'pr-*'],
 *   lifecycle: Lifecycle.application({ temporaryTags: ['pr-*'] }),
 *   access: [RepositoryAccess.pullFromAccounts(['111122223333'])],
 * });
 * repository.grantPush(new iam.User(this, 'Ci'));
 */
export class CiRepository extends ecr.Repository {
  /**
   * A repository of this account and region that is defined elsewhere.
   *
   * @param scope to import it into
   * @param id of the import
   * @param repositoryName such as `myuser/myapp`
   */
  public static fromRepositoryName(scope: Construct, id: string, repositoryName: string): ecr.IRepository {
    const repositoryArn = ecr.Repository.arnForLocalRepository(repositoryName, scope);
    return CiRepository.fromRepositoryAttributes(scope, id, { repositoryArn, repositoryName });
  }

  /**
   * A repository that is defined elsewhere, in any account and region.
   *
   * @param scope to import it into
   * @param id of the import
   * @param repositoryArn known at synth; otherwise use `fromRepositoryAttributes()`
   */
  public static fromRepositoryArn(scope: Construct, id: string, repositoryArn: string): ecr.IRepository {
    const problems = new Problems(scope, id);
    if (Token.isUnresolved(repositoryArn)) {
      problems.add('repositoryArn', repositoryArn, 'known at synth', 'use fromRepositoryAttributes() with the repository\'s name');
    }
    checkFormat(problems, 'repositoryArn', repositoryArn, REPOSITORY_ARN);
    problems.throwIfAny();
    return CiRepository.fromRepositoryAttributes(scope, id, { repositoryArn, repositoryName: repositoryArn.split('/').slice(1).join('/') });
  }

  /**
   * A repository that is defined elsewhere, in any account and region.
   *
   * Its grants are those of `CiRepository`. They warn where they cannot take effect, because the policy of the
   * repository would have to change.
   *
   * @param scope to import it into
   * @param id of the import
   * @param attrs name and ARN
   */
  public static fromRepositoryAttributes(scope: Construct, id: string, attrs: ecr.RepositoryAttributes): ecr.IRepository {
    return new ImportedRepository(scope, id, attrs);
  }

  private readonly lifecycle?: Lifecycle;
  private readonly addedRules: ecr.LifecycleRule[] = [];

  public constructor(scope: Construct, id: string, props: CiRepositoryProps = {}) {
    const { access = [], encryption, encryptionKey, lifecycle, lifecycleRules, mutableTags, repositoryName, ...rest } = props;
    const problems = new Problems(scope, id);
    checkProps(problems, props);
    problems.throwIfAny();

    const isDoublyEncrypted = encryption?.value === ecr.RepositoryEncryption.KMS_DSSE.value;
    super(scope, id, {
      ...rest,
      repositoryName: repositoryName && nameForCdk(repositoryName),
      // aws-cdk-lib throws for KMS_DSSE, so the resource gets it below.
      ...(isDoublyEncrypted ? {} : { encryption, encryptionKey }),
      imageScanOnPush: rest.imageScanOnPush ?? true,
      imageTagMutability: rest.imageTagMutability
        ?? (rest.imageTagMutabilityExclusionFilters ? ecr.TagMutability.IMMUTABLE_WITH_EXCLUSION : ecr.TagMutability.IMMUTABLE),
      removalPolicy: rest.removalPolicy ?? RemovalPolicy.RETAIN,
    });
    this.lifecycle = lifecycle;

    const resource = this.node.defaultChild as ecr.CfnRepository;
    if (isDoublyEncrypted) {
      resource.encryptionConfiguration = { encryptionType: encryption.value, kmsKey: encryptionKey?.keyRef.keyArn };
    }
    if (mutableTags?.length) {
      // The filters of aws-cdk-lib take no tokens.
      resource.imageTagMutability = ecr.TagMutability.IMMUTABLE_WITH_EXCLUSION;
      resource.imageTagMutabilityExclusionFilters = mutableTags.map((tag) => ({
        imageTagMutabilityExclusionFilterType: 'WILDCARD',
        imageTagMutabilityExclusionFilterValue: tag,
      }));
    }

    if (!lifecycleRules) {
      const policyOfAddedRules = resource.lifecyclePolicy;
      const policy = {
        lifecyclePolicyText: toJson(this.stack, (lifecycle ?? Lifecycle.application())._render()),
        registryId: props.lifecycleRegistryId,
      };
      resource.lifecyclePolicy = Lazy.any({ produce: () => (this.addedRules.length > 0 ? policyOfAddedRules : policy) });
    }
    lifecycleRules?.forEach((rule) => this.addLifecycleRule(rule));

    for (const statement of access.flatMap((entry) => entry._statements(this.stack))) this.addToResourcePolicy(statement);
    this.node.addValidation({ validate: () => sizeProblems(this.stack.resolve(resource.repositoryPolicyText)) });
  }

  /**
   * Adds a rule to the lifecycle policy. The first one takes the place of the default lifecycle.
   */
  public addLifecycleRule(rule: ecr.LifecycleRule): void {
    const problems = new Problems(this);
    if (this.lifecycle) {
      problems.add('addLifecycleRule()', rule, 'called on a repository without \'lifecycle\'', 'write the rule in Lifecycle.rules([…]) with the others');
    }
    checkCdkRules(problems, [...this.addedRules, rule]);
    problems.throwIfAny();

    super.addLifecycleRule(rule);
    this.addedRules.push(rule);
  }

  /**
   * Adds a statement to the repository policy.
   */
  public addToResourcePolicy(statement: iam.PolicyStatement): iam.AddToResourcePolicyResult {
    const problems = new Problems(this);
    checkRepositoryStatement(problems, 'statement', statement);
    problems.throwIfAny();

    if (isOpenToEveryone(statement)) {
      Annotations.of(this).addWarningV2('cdk-ecr-ci:CiRepository.openToEveryone',
        'a statement of the repository policy allows every AWS account to use this repository; name accounts, or add a condition such as aws:PrincipalOrgID');
    }
    return super.addToResourcePolicy(statement);
  }

  /**
   * Lets the grantee push images, with all that clients call for it: they read a manifest before and after they put it.
   */
  public grantPush(grantee: iam.IGrantable): iam.Grant {
    return grantOn(this, grantee, REPOSITORY_GRANTS.grantPush);
  }

  /**
   * Lets the grantee pull and push images.
   */
  public grantPullPush(grantee: iam.IGrantable): iam.Grant {
    return grantOn(this, grantee, REPOSITORY_GRANTS.grantPullPush);
  }

  /**
   * Lets the grantee look at the repository, its images, settings and scan findings.
   */
  public grantDescribe(grantee: iam.IGrantable): iam.Grant {
    return grantOn(this, grantee, REPOSITORY_GRANTS.grantDescribe);
  }

  /**
   * Lets the grantee have images scanned. What was found is for `grantDescribe()` to show.
   */
  public grantScan(grantee: iam.IGrantable): iam.Grant {
    return grantOn(this, grantee, REPOSITORY_GRANTS.grantScan);
  }

  /**
   * Lets the grantee change the lifecycle policy, and archive and restore images.
   */
  public grantLifecycle(grantee: iam.IGrantable): iam.Grant {
    return grantOn(this, grantee, REPOSITORY_GRANTS.grantLifecycle);
  }

  /**
   * Lets the grantee delete images.
   */
  public grantDeleteImages(grantee: iam.IGrantable): iam.Grant {
    return grantOn(this, grantee, REPOSITORY_GRANTS.grantDeleteImages);
  }
}

function checkProps(problems: Problems, props: CiRepositoryProps): void {
  checkFormat(problems, 'repositoryName', props.repositoryName, REPOSITORY_NAME);
  checkFormat(problems, 'lifecycleRegistryId', props.lifecycleRegistryId, ACCOUNT_ID);
  checkMutability(problems, props);
  checkDeletion(problems, props);
  if (props.encryptionKey && props.encryption?.value === ecr.RepositoryEncryption.AES_256.value) {
    problems.add('encryption', props.encryption.value, 'KMS or KMS_DSSE with \'encryptionKey\'', 'leave it out to have KMS');
  }

  if (props.lifecycle && props.lifecycleRules) {
    problems.add('lifecycleRules', props.lifecycleRules, 'left out with \'lifecycle\'', 'write the rules in Lifecycle.rules([…])');
  }
  props.lifecycle?._check(problems);
  checkCdkRules(problems, props.lifecycleRules ?? []);
  props.access?.forEach((entry, index) => entry._check(problems, `access[${index}]`));
}

function checkMutability(problems: Problems, props: CiRepositoryProps): void {
  const { imageTagMutability, imageTagMutabilityExclusionFilters: filters, mutableTags } = props;
  if (mutableTags) {
    problems.unless('mutableTags', mutableTags.length, (count) => count <= MOST_TAG_FILTERS,
      `at most ${MOST_TAG_FILTERS} patterns`, 'join some with *');
    mutableTags.forEach((tag, index) => checkFormat(problems, `mutableTags[${index}]`, tag, TAG_FILTER));
    for (const property of ['imageTagMutability', 'imageTagMutabilityExclusionFilters'] as const) {
      if (props[property]) problems.add(property, props[property], 'left out with \'mutableTags\'', 'say it with one of the two');
    }
    return;
  }

  problems.unless('imageTagMutabilityExclusionFilters', filters?.length, (count) => count >= 1 && count <= MOST_TAG_FILTERS,
    `1 to ${MOST_TAG_FILTERS} filters`, 'leave it out, or join some with *');
  const takesFilters = imageTagMutability === ecr.TagMutability.IMMUTABLE_WITH_EXCLUSION
    || imageTagMutability === ecr.TagMutability.MUTABLE_WITH_EXCLUSION;
  if (imageTagMutability && takesFilters !== Boolean(filters)) {
    problems.add('imageTagMutability', imageTagMutability, 'one WITH_EXCLUSION if and only if \'imageTagMutabilityExclusionFilters\' is given',
      'use \'mutableTags\' in the place of both');
  }
}

function checkDeletion(problems: Problems, props: CiRepositoryProps): void {
  for (const property of ['emptyOnDelete', 'autoDeleteImages'] as const) {
    if (props[property] && props.removalPolicy !== RemovalPolicy.DESTROY) {
      problems.add('removalPolicy', props.removalPolicy, `RemovalPolicy.DESTROY with '${property}'`, 'set it, or keep the images');
    }
  }
}

/** Checks the rules of aws-cdk-lib; what a newer version of it may count by is for that version to check. */
function checkCdkRules(problems: Problems, rules: ecr.LifecycleRule[]): void {
  const named = rules.map((rule, index): NamedRule => ({
    rule: {
      rulePriority: rule.rulePriority,
      description: rule.description,
      tagStatus: rule.tagStatus,
      tagPatternList: rule.tagPatternList,
      tagPrefixList: rule.tagPrefixList,
      imageCountMoreThan: rule.maxImageCount,
      sinceImagePushed: rule.maxImageAge,
    },
    name: (property) => `lifecycleRules[${index}].${NAMES_FOR_CDK[property] ?? property}`,
  }));
  const known = named.filter(({ rule }) => rule.imageCountMoreThan !== undefined || rule.sinceImagePushed !== undefined);
  if (known.length > 0) checkLifecyclePolicy(problems, 'lifecycleRules', known);
}

/** aws-cdk-lib refuses `a--b` and `a__b`, which ECR takes; it does not look into tokens. */
function nameForCdk(name: string): string {
  return Token.isUnresolved(name) || NAME_FOR_CDK.test(name) ? name : Lazy.string({ produce: () => name });
}
