// style.rtl.css: the same style mirrored by RTLCSS, as Bootstrap does with its own. What is written with logical
// properties turns by itself and passes through untouched.
import { createHash } from "node:crypto";
import type { OutputBundle } from "rollup";
import rtlcss from "rtlcss";
import type { Plugin } from "vite";

const MIRRORED = /^style-[\w-]{8}\.css$/; // the map's style is not: a map has no reading direction

export function rightToLeft(): Plugin {
  return {
    name: "fieldfare-right-to-left",
    enforce: "post",
    generateBundle(_options, bundle: OutputBundle) {
      for (const [file, asset] of Object.entries(bundle)) {
        if (asset.type !== "asset" || !MIRRORED.test(file)) continue;
        const source = rtlcss.process(String(asset.source));
        const hash = createHash("sha256").update(source).digest("hex").slice(0, 8);
        this.emitFile({ type: "asset", fileName: `style.rtl-${hash}.css`, source });
      }
    },
  };
}
