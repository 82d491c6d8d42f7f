import { App, Stack } from 'aws-cdk-lib';
import { Template } from 'aws-cdk-lib/assertions';
import { PolicySimulator } from '../../iam/policy-simulator';
import type { SimulatedEnvironment } from '../../iam/policy-simulator';

/** Whatever JSON holds. */
// eslint-disable-next-line @typescript-eslint/no-explicit-any
export type Json = any;

/** The longest name that ECR takes, for those that CloudFormation generates. */
const LONGEST_NAME = 'x'.repeat(256);

/** The template of a stack, and a simulator of it that knows what the other stacks of the app export. */
export function deployed(stack: Stack, environment: SimulatedEnvironment): { template: Template; simulator: PolicySimulator } {
  const app = stack.node.root as App;
  const stacks = app.node.findAll().filter((node): node is Stack => Stack.isStack(node) && !node.nested);
  const exported = stacks.filter((other) => other !== stack).flatMap((other) => {
    const template = named(Template.fromStack(other));
    const simulator = new PolicySimulator(template, environment);
    return Object.values<Json>(template.toJSON().Outputs ?? {}).map((output) => [output.Export.Name, simulator.resolve(output.Value)]);
  });
  const template = named(Template.fromStack(stack));
  const values = { ...Object.fromEntries(exported), ...environment.values };
  return { template, simulator: new PolicySimulator(template, { ...environment, values }) };
}

/** The documents of the policies of a type, as they are after the deploy, by logical id. */
export function documents(stack: Stack, environment: SimulatedEnvironment, type = 'AWS::IAM::ManagedPolicy'): Record<string, Json> {
  const { template, simulator } = deployed(stack, environment);
  return Object.fromEntries(Object.keys(template.findResources(type)).map((id) => [id, simulator.properties(id).PolicyDocument]));
}

/** Every pair of an action and a resource that documents allow, sorted. */
export function rights(ofDocuments: Json[]): string[] {
  return ofDocuments.flatMap(({ Statement }) => Statement).flatMap(({ Action, Resource }) => (
    [Action].flat().flatMap((action) => [Resource].flat().map((resource) => `${action} ${JSON.stringify(resource)}`))
  )).sort();
}

/** Characters of a document as IAM counts them. */
export function sizeOf(document: Json): number {
  return JSON.stringify(document).length;
}

function named(template: Template): Template {
  const json = template.toJSON();
  for (const resource of Object.values<Json>(json.Resources ?? {})) {
    if (resource.Type === 'AWS::ECR::Repository') resource.Properties = { RepositoryName: LONGEST_NAME, ...resource.Properties };
  }
  return Template.fromJSON(json);
}
