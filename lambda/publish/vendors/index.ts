import { gitlabVariable } from './gitlab-variable';
import type { Vendor } from '../vendor';

/** The vendors, by the kind of target that they serve. */
export const VENDORS: Readonly<Record<string, Vendor>> = {
  'gitlab-variable': gitlabVariable,
};
