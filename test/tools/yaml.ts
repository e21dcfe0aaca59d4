/** Reads YAML. */
export { parse as parseYaml } from "yaml";
