import { Token, Tokenization } from 'aws-cdk-lib';
import * as iam from 'aws-cdk-lib/aws-iam';
import type { Frame, Item } from './bins';
import { longestRepositoryArn } from './measure';
import type { Measured, Measurer } from './measure';

/** A statement that documents can share: each has its own part of the resources. */
export interface StatementFrame extends Frame {
  /** Tells it from every other. */
  readonly key: string;
  /** The statement for a document with these items. */
  statement(items: StatementItem[]): iam.PolicyStatement;
}

export interface StatementItem extends Item<StatementFrame> {
  /** The resource; none for a statement that is taken as a whole. */
  readonly resource?: string;
}

/** Characters of a document without statements. */
const EMPTY_DOCUMENT = JSON.stringify({ Statement: [], Version: '2012-10-17' }).length;

/** Characters of documents that are left for statements. */
export function roomIn(document: number): number {
  return document - EMPTY_DOCUMENT;
}

/**
 * What the statements allow and deny, in parts to be distributed over documents with that much room.
 *
 * Statements that do nothing but allow actions on resources are taken apart: each resource with all that is allowed on it.
 * Others are kept as they are, each once. The order of the statements does not matter.
 */
export function itemsOf(statements: iam.PolicyStatement[], measurer: Measurer, room: number): StatementItem[] {
  const simple = statements.filter(isSimple);
  const others = statements.filter((statement) => !isSimple(statement));
  return [
    ...rightsOf(simple, measurer).flatMap((right) => fittingRights(right, room)).map(framed(new Map())),
    ...new Map(others.flatMap((statement) => wholeStatements(statement, measurer, room)).map((item) => [item.key, item])).values(),
  ];
}

/** The statements of one document, in an order that does not depend on that of the items. */
export function statementsOf(items: StatementItem[]): iam.PolicyStatement[] {
  const frames = new Map<StatementFrame, StatementItem[]>();
  for (const item of [...items].sort(byKey)) frames.set(item.frame, [...frames.get(item.frame) ?? [], item]);
  return [...frames].sort(([a], [b]) => byKey(a, b)).map(([frame, members]) => frame.statement(members));
}

/** Whether it only allows actions on resources. */
function isSimple(statement: iam.PolicyStatement): boolean {
  const { actions, conditions, effect, notActions, notPrincipals, notResources, principals, resources, sid } = statement;
  return effect === iam.Effect.ALLOW && sid === undefined && Object.keys(conditions).length === 0
    && [notActions, notPrincipals, notResources, principals].every((list) => list.length === 0)
    && actions.length > 0 && !actions.some((action) => Token.isUnresolved(action))
    && resources.length > 0 && Tokenization.reverseList(resources) === undefined;
}

/** All that is allowed on one resource. */
interface Right {
  readonly resource: string;
  readonly measured: Measured;
  readonly actions: string[];
}

function rightsOf(statements: iam.PolicyStatement[], measurer: Measurer): Right[] {
  const actionsOf = new Map<string, { resource: string; measured: Measured; actions: Set<string> }>();
  for (const { actions, resources } of statements) {
    for (const resource of resources) {
      const measured = measurer.measure(resource);
      const { measuredKey } = measured;
      if (!actionsOf.has(measuredKey)) actionsOf.set(measuredKey, { resource, measured, actions: new Set() });
      for (const action of actions) actionsOf.get(measuredKey)!.actions.add(action);
    }
  }
  return [...actionsOf.values()].map(({ actions, ...right }) => ({ ...right, actions: [...actions].sort() }));
}

/** The right, or halves of its actions that each fit into a document. */
function fittingRights(right: Right, room: number): Right[] {
  const { actions, measured } = right;
  if (frameSize(actions) + resourceSize(measured, actions) <= room || actions.length === 1) return [right];
  const half = Math.ceil(actions.length / 2);
  return [actions.slice(0, half), actions.slice(half)].flatMap((part) => fittingRights({ ...right, actions: part }, room));
}

/** Makes items of rights; those with the same actions share a frame. */
function framed(frames: Map<string, StatementFrame>): (right: Right) => StatementItem {
  return ({ resource, measured, actions }) => {
    const key = actions.join(' ');
    let frame = frames.get(key);
    if (!frame) {
      frame = {
        key,
        size: frameSize(actions),
        statement: (items) => new iam.PolicyStatement({ actions, resources: items.map((item) => item.resource!) }),
      };
      frames.set(key, frame);
    }
    return { key: `${measured.measuredKey} ${key}`, size: resourceSize(measured, actions), frame, resource };
  };
}

/** With the comma that follows it. */
function frameSize(actions: string[]): number {
  return JSON.stringify({ Action: actions, Effect: 'Allow', Resource: [] }).length + 1;
}

/** With its quotation marks and the comma that follows it. */
function resourceSize({ measuredSize, isGuess }: Measured, actions: string[]): number {
  const isRepository = isGuess && actions.every((action) => action.startsWith('ecr:'));
  return (isRepository ? Math.min(measuredSize, longestRepositoryArn()) : measuredSize) + 3;
}

/** The statement, or parts with some of its resources that each fit into a document. */
function wholeStatements(statement: iam.PolicyStatement, measurer: Measurer, room: number): StatementItem[] {
  const { measuredKey, measuredSize } = measurer.measureJson(statement.toStatementJson());
  const { resources } = statement;
  if (measuredSize + 1 > room && resources.length > 1) {
    const { actions, conditions, effect, notActions } = statement;
    const half = Math.ceil(resources.length / 2);
    // Without the id, which must not be twice in a document.
    return [resources.slice(0, half), resources.slice(half)].flatMap((part) => (
      wholeStatements(new iam.PolicyStatement({ actions, conditions, effect, notActions, resources: part }), measurer, room)
    ));
  }
  return [{ key: measuredKey, size: 0, frame: { key: measuredKey, size: measuredSize + 1, statement: () => statement } }];
}

function byKey(a: { key: string }, b: { key: string }): number {
  return a.key < b.key ? -1 : 1;
}
