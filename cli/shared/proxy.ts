/** Whether `NO_PROXY` names a host: by itself, by its domain, or by `*`. */
export function bypassesProxy(host: string, noProxy: string): boolean {
  return noProxy.toLowerCase().split(/[\s,]+/).filter(Boolean).some((entry) => {
    const name = entry.replace(/:\d+$/, '').replace(/^\*?\./, '');
    return name === '*' || host.toLowerCase() === name || host.toLowerCase().endsWith(`.${name}`);
  });
}
