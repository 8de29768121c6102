// Compiles the stylesheet and brings the map script into static/vendor, which git ignores and a wheel carries.
import { createHash } from "node:crypto";
import { cpSync, mkdirSync, readFileSync, rmSync, writeFileSync } from "node:fs";
import { dirname, join } from "node:path";
import { fileURLToPath } from "node:url";
import * as sass from "sass";

const source = dirname(fileURLToPath(import.meta.url));
const root = join(source, "..", "..");
const vendor = join(root, "static", "vendor");
const nhsuk = join(root, "node_modules", "nhsuk-frontend");

const { css } = sass.compile(join(source, "main.scss"), {
  loadPaths: [join(root, "node_modules")],
  quietDeps: true,
  style: "compressed",
});
const wanted = [...css.matchAll(/url\(["']?([^"')]+)["']?\)/g)].map(([, address]) => address);
const images = [...new Set(wanted.filter((address) => !address.startsWith("#")))];
const foreign = images.filter((address) => !/^[\w-]+\.svg$/.test(address));
if (foreign.length || css.includes("@import")) throw new Error(`The stylesheet fetches something: ${foreign}`);

rmSync(vendor, { recursive: true, force: true });
mkdirSync(vendor, { recursive: true });
for (const image of images) cpSync(join(nhsuk, "dist/nhsuk/assets/images", image), join(vendor, image));
writeFileSync(join(vendor, "app.css"), css);
cpSync(join(root, "node_modules/cytoscape/dist/cytoscape.min.js"), join(vendor, "cytoscape.min.js"));

// Written last: its date says when the build was whole.
const version = (name) => JSON.parse(readFileSync(join(root, "node_modules", name, "package.json"), "utf8")).version;
const manifest = {
  "app.css": createHash("sha256").update(css).digest("hex").slice(0, 12),
  cytoscape: version("cytoscape"),
  images,
  "nhsuk-frontend": version("nhsuk-frontend"),
  sass: version("sass"),
};
writeFileSync(join(vendor, "manifest.json"), `${JSON.stringify(manifest, null, 2)}\n`);
