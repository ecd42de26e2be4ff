/** What Vite resolves and TypeScript does not know. */

declare module "*.css";

declare module "*.safetensors?url" {
  const url: string;
  export default url;
}

declare module "*.css?inline" {
  const text: string;
  export default text;
}
