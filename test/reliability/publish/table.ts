import { ConditionalCheckFailedException, type AttributeValue } from '@aws-sdk/client-dynamodb';

type Item = Record<string, AttributeValue>;

/** A table of DynamoDB, with as much of its expressions as the publisher uses. */
export class Table {
  public readonly items = new Map<string, Item>();

  public serve(operation: string, input: any): object {
    switch (operation) {
      case 'Query': return { Items: [...this.items.values()].filter(({ pk }) => pk.S === input.ExpressionAttributeValues[':pk'].S).map(copied) };
      case 'GetItem': return { Item: copied(this.items.get(nameOf(input.Key))) };
      case 'DeleteItem': {
        this.items.delete(nameOf(input.Key));
        return {};
      }
      case 'PutItem': {
        this.check(this.items.get(nameOf(input.Item)), input);
        this.items.set(nameOf(input.Item), copied(input.Item));
        return {};
      }
      case 'UpdateItem': return { Attributes: copied(this.update(input)) };
      default: throw new Error(`the model has no ${operation}`);
    }
  }

  private update(input: any): Item {
    const before = this.items.get(nameOf(input.Key));
    this.check(before, input);
    const item: Item = { ...input.Key, ...before };
    const [, set = '', remove = ''] = /^(?:SET (.*?))?\s*(?:REMOVE (.*))?$/.exec(input.UpdateExpression)!;
    for (const assignment of set.split(',').filter((part) => part.trim() !== '')) {
      const [name, value] = assignment.split('=').map((part) => part.trim());
      item[name] = input.ExpressionAttributeValues[value];
    }
    for (const name of remove.split(',').map((part) => part.trim())) delete item[name];
    this.items.set(nameOf(input.Key), item);
    return item;
  }

  private check(item: Item | undefined, input: any): void {
    const { ConditionExpression: condition, ExpressionAttributeValues: values, ExpressionAttributeNames: names = {} } = input;
    if (condition === undefined) return;
    const js = condition
      .replace(/#\w+/g, (name: string) => names[name])
      .replace(/attribute_not_exists\((\w+)\)/g, '!has("$1")')
      .replace(/attribute_exists\((\w+)\)/g, 'has("$1")')
      .replace(/(\w+) (=|<) (:\w+)/g, 'compare("$1","$2","$3")')
      .replace(/ AND /g, ' && ').replace(/ OR /g, ' || ');
    const has = (name: string) => item?.[name] !== undefined;
    const compare = (name: string, sign: string, value: string) => {
      const [left, right] = [item?.[name], values[value]].map((each) => (each?.N === undefined ? each?.S : Number(each.N)));
      return left !== undefined && (sign === '=' ? left === right : left < right!);
    };
    const isMet = new Function('has', 'compare', `return ${js};`)(has, compare) as boolean;
    if (!isMet) throw new ConditionalCheckFailedException({ message: 'the condition is not met', $metadata: {} });
  }
}

function nameOf({ pk, sk }: Item): string {
  return `${pk.S}/${sk.S}`;
}

function copied<T extends Item | undefined>(item: T): T {
  return item && { ...item };
}
