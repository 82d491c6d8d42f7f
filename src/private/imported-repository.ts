import { Token } from 'aws-cdk-lib';
import * as ecr from 'aws-cdk-lib/aws-ecr';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { REPOSITORY_GRANTS } from './actions';
import { grantByIdentity, grantOn } from './grants';

/** A repository that is defined elsewhere: who its policy lets in cannot be changed. */
export class ImportedRepository extends ecr.RepositoryBase {
  public readonly repositoryArn: string;
  public readonly repositoryName: string;

  public constructor(scope: Construct, id: string, { repositoryArn, repositoryName }: ecr.RepositoryAttributes) {
    super(scope, id, Token.isUnresolved(repositoryArn) ? {} : { environmentFromArn: repositoryArn });
    this.repositoryArn = repositoryArn;
    this.repositoryName = repositoryName;
  }

  public addToResourcePolicy(): iam.AddToResourcePolicyResult {
    return { statementAdded: false };
  }

  public grant(grantee: iam.IGrantable, ...actions: string[]): iam.Grant {
    return grantByIdentity({
      grantee,
      actions,
      resourceArns: [this.repositoryArn],
      account: this.env.account,
      scope: this,
      warning: 'cdk-ecr-ci:CiRepository.grantWithoutEffect',
    });
  }

  public grantPush(grantee: iam.IGrantable): iam.Grant {
    return grantOn(this, grantee, REPOSITORY_GRANTS.grantPush);
  }

  public grantPullPush(grantee: iam.IGrantable): iam.Grant {
    return grantOn(this, grantee, REPOSITORY_GRANTS.grantPullPush);
  }
}
