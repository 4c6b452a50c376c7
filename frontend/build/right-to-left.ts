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
        // Codes read from the left in every language: their direction is kept from being turned.
        const kept = String(asset.source).replace(/direction:\s*ltr/g, "direction:--kept");
        const source = rtlcss.process(kept).replaceAll("direction:--kept", "direction:ltr");
        const hash = createHash("sha256").update(source).digest("hex").slice(0, 8);
        this.emitFile({ type: "asset", fileName: `style.rtl-${hash}.css`, source });
      }
    },
  };
}
