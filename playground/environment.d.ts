/** What Vite resolves and TypeScript does not know. */

interface ImportMeta {
  readonly env: {
    /** Whether this is the built page. */
    readonly PROD: boolean;
    /** Of the library. */
    readonly ATIF_VERSION: string;
  };
}

declare module "*.css";

declare module "*.safetensors?url" {
  const url: string;
  export default url;
}

declare module "*.css?inline" {
  const text: string;
  export default text;
}
