import tseslint from "typescript-eslint";
import { architectureLaws } from "./eslint.laws.js";

export default tseslint.config(
  {
    ignores: [
      ".dependency-cruiser.cjs",
      "dist/",
      "build/",
      "bench/out/",
      "node_modules/",
      "runs/",
      "kernels/out/",
      "site/generated/",
      "site/out/",
      "src/kernels/wasm/binary.ts",
      "src/parallel/shard-sums-binary.ts",
      "src/quantization/rounding-binary.ts",
      "src/ops/layer-norm-binary.ts",
      "src/datasets/digits-data.ts",
    ],
  },
  ...tseslint.configs.recommendedTypeChecked,
  {
    languageOptions: { parserOptions: { project: "./tsconfig.json", tsconfigRootDir: import.meta.dirname } },
    rules: {
      "@typescript-eslint/no-explicit-any": "error",
      "@typescript-eslint/no-floating-promises": "error",
      "@typescript-eslint/no-misused-promises": "error",
      "@typescript-eslint/no-non-null-assertion": "error",
      "@typescript-eslint/switch-exhaustiveness-check": "error",
      "@typescript-eslint/consistent-type-imports": ["error", { disallowTypeAnnotations: false }],
      "@typescript-eslint/no-unused-vars": ["error", { argsIgnorePattern: "^_", varsIgnorePattern: "^_" }],
      // A forward pass of a class of static methods, and sentences that show what came, are meant.
      "@typescript-eslint/unbound-method": "off",
      "@typescript-eslint/no-unsafe-enum-comparison": "off",
      eqeqeq: "error",
      "no-console": ["error", { allow: ["error"] }],
    },
  },
  ...architectureLaws,
  {
    files: ["scripts/**", "kernels/**", "*.js", "*.mjs", "**/*.mjs"],
    ...tseslint.configs.disableTypeChecked,
  },
  { files: ["scripts/**", "kernels/**", "**/*.mjs", "test/**"], rules: { "no-console": "off" } },
);
