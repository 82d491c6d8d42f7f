import { Annotations, Names } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Construct } from 'constructs';
import { principalOfRole } from './principal-of-role';
import type { TargetDefinition } from './target-definition';
import type { FunctionTargetOptions } from '../../targets/function-target';
import { TargetValue } from '../../targets/target-value';
import { INVOKE_FUNCTION_ACTION } from '../actions';
import { checkFormats, REGISTRY_HOST } from '../formats';

const WITHOUT_ROLE = 'cdk-ecr-ci:Target.functionWithoutRole';

/** The target of `Target.function()`. */
export function functionTarget({ handler, name, hosts, removal }: FunctionTargetOptions): TargetDefinition {
  return {
    check: (problems, at) => {
      problems.unless(`${at}.name`, name, (text) => /^[^\x00-\x1f\x7f]{1,100}$/.test(text), '1 to 100 characters', 'leave it out if the function has one target');
      if (hosts) checkFormats(problems, `${at}.hosts`, hosts, REGISTRY_HOST);
    },
    bind: (scope, { publisher, secret }) => {
      // Not by the function's own grant: that allows to call all its versions.
      iam.Grant.addToPrincipal({ grantee: publisher, actions: [INVOKE_FUNCTION_ACTION], resourceArns: [handler.functionArn] });
      if (handler.role) {
        secret.grantRead(readerOf(scope, handler.role));
      } else {
        Annotations.of(scope).addWarningV2(WITHOUT_ROLE, 'the function was imported without its role, and nobody lets it read the dockercfg: '
          + 'import it with its role, by Function.fromFunctionAttributes(), or let its role read it, by grantRead() of the credentials');
      }
      return {
        kind: 'function',
        where: { function: handler.functionArn, ...name === undefined ? {} : { name } },
        settings: {},
        value: TargetValue.configJson(...hosts ?? []),
        removal,
      };
    },
  };
}

/**
 * The function's role, with its rights in a policy here: what publishes at deploy waits for it, and a function of another
 * stack does not need this one.
 */
function readerOf(scope: Construct, role: iam.IRole): iam.IGrantable {
  // A generated name would be the same in two stacks that are alike, and one policy would take the other's place.
  const policy = new iam.Policy(scope, 'Read', { policyName: Names.uniqueResourceName(scope, { maxLength: 128 }), roles: [role] });
  return {
    grantPrincipal: principalOfRole(role, (statement) => {
      policy.addStatements(statement);
      return { statementAdded: true, policyDependable: policy };
    }),
  };
}
