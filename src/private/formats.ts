import type { Problems } from './validation';

/** What a kind of text has to look like, and what to tell who got it wrong. */
export interface Format {
  readonly pattern: RegExp;
  readonly allowed: string;
  readonly fix: string;
}

/**
 * ECR's own pattern and lengths; unlike its prose, they take a digit first.
 *
 * @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_CreateRepository.html
 */
export const REPOSITORY_NAME: Format = {
  pattern: /^(?=.{2,256}$)[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*(\/[a-z0-9]+((\.|_|__|-+)[a-z0-9]+)*)*$/,
  allowed: '2 to 256 lower-case letters and digits, with ., _, __ or - between them and / between parts',
  fix: 'write it such as \'myuser/myapp\'',
};

/** The beginning of names, up to a character that no name goes on with by itself: `myuser` would be that of `myuser2` too. */
export const REPOSITORY_NAME_PREFIX: Format = {
  pattern: /^(?=.{2,255}$)[a-z0-9]+((\.|_|__|-+|\/)[a-z0-9]+)*(\.|_|__|-+|\/)$/,
  allowed: 'the beginning of repository names, in lower case and without wildcards, that ends in / or in . _ -',
  fix: 'write it such as \'myuser/\'',
};

/** @see https://docs.aws.amazon.com/AmazonECR/latest/userguide/ecr-using-tags.html */
export const RESOURCE_TAG_KEY: Format = {
  pattern: /^[\p{L}\p{Z}\p{N}_.:/=+\-@]{1,128}$/u,
  allowed: 'the key of a tag, 1 to 128 letters, digits, spaces and _ . : / = + - @',
  fix: 'write it such as \'team\'',
};

/** The value of a resource's tag, or one that holds policy variables such as `${aws:PrincipalTag/team}`. */
export const RESOURCE_TAG_VALUE: Format = {
  pattern: /^([\p{L}\p{Z}\p{N}_.:/=+\-@]|\$\{aws:[\w:/-]+\}){1,256}$/u,
  allowed: 'the value of a tag, 1 to 256 letters, digits, spaces and _ . : / = + - @',
  fix: 'write it as it is on the repositories, without wildcards',
};

/** @see https://docs.aws.amazon.com/AmazonECR/latest/APIReference/API_Repository.html */
export const REPOSITORY_ARN: Format = {
  pattern: /^arn:[a-z-]+:ecr:[a-z0-9-]+:\d{12}:repository\/./,
  allowed: 'the ARN of a repository',
  fix: 'write it such as \'arn:aws:ecr:eu-west-1:111122223333:repository/myuser/myapp\'',
};

/** A tag or a pattern of tags that may be excluded from a repository's tag mutability. */
export const TAG_FILTER: Format = {
  pattern: /^(?=.{1,128}$)[0-9a-zA-Z._-]*(\*[0-9a-zA-Z._-]*){0,2}$/,
  allowed: '1 to 128 letters, digits, ., _, - and at most two *',
  fix: 'write it such as \'latest\' or \'pr-*\'',
};

export const ACCOUNT_ID: Format = {
  pattern: /^\d{12}$/,
  allowed: 'an AWS account id of 12 digits',
  fix: 'write it as a string and with its leading zeros, which a number loses',
};

export const ORGANIZATION_ID: Format = {
  pattern: /^o-[a-z0-9]{10,32}$/,
  allowed: 'the id of an organization, o- and 10 to 32 lower-case letters and digits',
  fix: 'take it from "aws organizations describe-organization"',
};

/** @see https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-keys.html#condition-keys-principalorgpaths */
export const ORGANIZATION_PATH: Format = {
  pattern: /^o-[a-z0-9]{10,32}\/r-[a-z0-9]{4,32}\/(ou-[a-z0-9]{4,32}-[a-z0-9]{8,32}\/)*(\*|ou-\*)?$/,
  allowed: 'a path from the organization and its root down to the unit, that ends in / or in /* to take the units below it',
  fix: 'write it such as \'o-a1b2c3d4e5/r-ab12/ou-ab12-11111111/*\'',
};

export const FUNCTION_NAME: Format = {
  pattern: /^[a-zA-Z0-9_*?-]{1,64}$/,
  allowed: 'the name of a Lambda function, 1 to 64 letters, digits, -, _ and the wildcards * and ?',
  fix: 'give the name alone, without ARN or version',
};

/** @see https://docs.aws.amazon.com/secretsmanager/latest/apireference/API_CreateSecret.html */
export const SECRET_NAME: Format = {
  pattern: /^[A-Za-z0-9/_+=.@-]{1,512}$/,
  allowed: '1 to 512 of the characters A-Z a-z 0-9 / _ + = . @ -',
  fix: 'choose another name, or leave it out for a generated one',
};

/** What the regions' names have in common, also those of later ones. */
export const REGION: Format = {
  pattern: /^[a-z]{2,4}(-[a-z]+)+-\d{1,2}$/,
  allowed: 'the name of a region',
  fix: 'write it such as \'eu-west-1\'',
};

export const REGISTRY_HOST: Format = {
  pattern: /^(?=.{1,255}$)[a-z0-9]([a-z0-9-]*[a-z0-9])?(\.[a-z0-9]([a-z0-9-]*[a-z0-9])?)*(:\d{1,5})?$/,
  allowed: 'the host of a registry in lower case, with a port if it has one, and without https:// or a path',
  fix: 'write it such as \'ghcr.io\'',
};

/** @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html */
export const USER_NAME: Format = {
  pattern: /^[\w+=,.@-]{1,64}$/,
  allowed: '1 to 64 of the characters A-Z a-z 0-9 _ + = , . @ -',
  fix: 'choose another name, or leave it out for a generated one',
};

/** @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateRole.html */
export const ROLE_NAME: Format = {
  pattern: /^[\w+=,.@-]{1,64}$/,
  allowed: '1 to 64 of the characters A-Z a-z 0-9 _ + = , . @ -',
  fix: 'choose another name, or leave it out for a generated one',
};

export const ROLE_ARN: Format = {
  pattern: /^arn:[a-z-]+:iam::\d{12}:role\/[\x21-\x7e]+$/,
  allowed: 'the ARN of a role',
  fix: 'write it such as \'arn:aws:iam::111122223333:role/docker-credentials\'',
};

/** @see https://docs.aws.amazon.com/IAM/latest/APIReference/API_CreateUser.html */
export const IAM_PATH: Format = {
  pattern: /^(?=.{1,512}$)\/([\x21-\x7e]+\/)?$/,
  allowed: 'a path of at most 512 printable characters that begins and ends with /',
  fix: 'write it such as \'/ci/\', or leave it out for \'/\'',
};

/** Adds a problem unless the text has the format. */
export function checkFormat(problems: Problems, property: string, value: string | undefined, format: Format): void {
  problems.unless(property, value, (text) => format.pattern.test(text), format.allowed, format.fix);
}

/** Adds a problem for an empty list, and for each text in it that has not the format. */
export function checkFormats(problems: Problems, property: string, values: string[], format: Format): void {
  problems.unless(property, values, (list) => list.length > 0, 'at least one', 'name one');
  values.forEach((value, index) => checkFormat(problems, `${property}[${index}]`, value, format));
}
