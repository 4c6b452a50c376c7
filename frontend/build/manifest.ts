// manifest.json: plain name -> hashed file, for the server's templates.
import type { OutputBundle } from "rollup";
import type { Plugin } from "vite";

/** Names that two files would share are an error: a template could not tell them apart. */
export function manifest(): Plugin {
  return {
    name: "fieldfare-manifest",
    enforce: "post",
    generateBundle(_options, bundle: OutputBundle) {
      const named = new Map<string, string>();
      for (const file of Object.keys(bundle).sort()) {
        const plain = file.replace(/-[\w-]{8}(?=\.)/, "");
        if (named.has(plain)) this.error(`${file} and ${named.get(plain)} are both ${plain}`);
        named.set(plain, file);
      }
      const source = `${JSON.stringify(Object.fromEntries(named), null, 2)}\n`;
      this.emitFile({ type: "asset", fileName: "manifest.json", source });
    },
  };
}
