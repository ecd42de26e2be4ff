/** What Vite resolves and TypeScript does not know. */

declare module "*.css";

declare module "*.safetensors?url" {
  const url: string;
  export default url;
}
