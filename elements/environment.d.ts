/** What bundlers resolve and TypeScript does not know. */

declare module "*.css?inline" {
  const text: string;
  export default text;
}
