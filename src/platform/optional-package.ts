/** Packages that few need, and that are installed by those who do. */

/**
 * The module of that name. The name is a parameter, so that bundlers, which follow constants, do not look for a package that is
 * not there.
 *
 * @throws what the runtime throws for a package that it does not find
 */
export async function optionalPackage(name: string): Promise<unknown> {
  return import(/* @vite-ignore */ name);
}
